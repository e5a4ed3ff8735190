/** Says in words what was found: "2 cups, 1 spoon". */
import type { Detection } from "../../../src/run/value.ts";
import { knownClasses } from "./coco-classes.ts";
import { plural } from "./nouns.ts";
import type { WantedLabels } from "./wanted-labels.ts";

/** Number of boxes per label, most frequent first; equal counts in order of appearance. */
export function countLabels(boxes: readonly Detection[]): [label: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { label } of boxes) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a);
}

/** What was found and, where classes were asked for, which were not, and which can't be. */
export function describeCounts(boxes: readonly Detection[], wanted: WantedLabels): string {
  const found = countLabels(boxes).map(([label, count]) => `${count} ${count === 1 ? label : plural(label)}`);
  const seen = new Set(boxes.map(({ label }) => label));
  const absent = wanted.asked.filter(({ classes }) => !classes.some((label) => seen.has(label)));
  const parts = [...found, ...absent.map(({ word }) => `no ${word}`)].join(", ");
  const unknown =
    wanted.unknown.length > 0
      ? `can't look for: ${wanted.unknown.join(", ")} (knows ${knownClasses.size - 1} COCO classes and faces)`
      : "";
  return [parts, unknown].filter((part) => part !== "").join("; ") || "nothing that I know";
}
