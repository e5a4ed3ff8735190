/** What the demonstrations ask for, and the pictures that ship with Tutti. */
import { join } from "node:path";

/** A build lies one folder deeper than the source. */
const ROOT = join(import.meta.dirname, import.meta.filename.endsWith(".ts") ? "../.." : "../../..");
const SAMPLES = join(ROOT, "test/fixtures/samples");

export const DEMO_FILES: readonly string[] = ["coffee.png", "chelsea.png", "note.png"].map((name) =>
  join(SAMPLES, name),
);
export const DEMO_WORDS =
  "Find the objects in coffee.png and draw boxes around them, describe chelsea.png, " +
  "read the note in note.png aloud, and tell me whether the note sounds positive or negative.";
