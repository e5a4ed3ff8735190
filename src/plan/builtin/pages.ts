/** Which files hold words: recordings of speech, and pictures of receipts, letters and signs. */
import { isAssetType, type ValueType } from "../../run/value.ts";
import type { Catalogue } from "./catalogue.ts";
import { findConversions, type Conversion } from "./close-gaps.ts";
import { takesQuestions } from "./traits.ts";

/**
 * The task that reads the words in a file that is called so; undefined where it holds none that a question may be
 * answered from. By what the catalogue says: "receipt" leads to another reading than any picture gets; and where nobody
 * takes questions about files of the type themselves, the words in them are all there is to ask.
 */
export function readingOf(type: ValueType, names: ReadonlySet<string>, catalogue: Catalogue): string | undefined {
  if (typeof type !== "string" || !isAssetType(type)) return undefined;
  const plain = firstReading(type, new Set(), catalogue);
  const asked = catalogue.profiles.some(
    (profile) => takesQuestions(profile) && profile.inputs.some(([, input]) => input.type === type),
  );
  if (!asked) return plain?.profile.task.id;
  // Words that name a task ask for it; they don't say what the file is.
  const calls = [...names].filter((name) => !catalogue.profiles.some((profile) => profile.name.has(name)));
  const reading = firstReading(type, new Set(calls), catalogue);
  return reading?.profile === plain?.profile ? undefined : reading?.profile.task.id;
}

const firstReading = (from: ValueType, hints: ReadonlySet<string>, catalogue: Catalogue): Conversion | undefined =>
  findConversions({ from, to: "text", hints, making: false, done: new Set() }, catalogue)?.[0];
