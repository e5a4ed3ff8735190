/** Is there a requirement that nothing tests? */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { requirements } from "./requirements.ts";

const root = join(import.meta.dirname, "..");

function citedIds(): Set<string> {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".test.ts"));
  const texts = files.map((file) => readFileSync(join(root, file), "utf8"));
  const calls = texts.flatMap((text) => [...text.matchAll(/verifies\(([^)]*)\)/g)].map(([, ids = ""]) => ids));
  return new Set(calls.flatMap((ids) => [...ids.matchAll(/"([a-z0-9:-]+)"/g)].map(([, id = ""]) => id)));
}

it("every requirement is cited by a test, and only requirements are cited", () => {
  expect([...citedIds()].toSorted()).toEqual(Object.keys(requirements).toSorted());
});
