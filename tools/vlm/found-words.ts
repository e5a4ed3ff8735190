/** Says in words what was found: "2 cups, 1 spoon", or "no dog". */
import type { Detection } from "../../src/run/value.ts";
import { countLabels } from "../builtin/vision/count-words.ts";
import { plural } from "../builtin/vision/nouns.ts";

/** @param asked what was looked for, where something was */
export function foundWords(boxes: readonly Detection[], asked: readonly string[] = []): string {
  const found = countLabels(boxes).map(([label, count]) => `${count} ${count === 1 ? label : plural(label)}`);
  const seen = new Set(boxes.map(({ label }) => label.toLowerCase()));
  const absent = asked.filter((label) => !seen.has(label.toLowerCase())).map((label) => `no ${label}`);
  return [...found, ...absent].join(", ") || "nothing";
}
