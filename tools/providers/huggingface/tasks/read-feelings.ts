import { TuttiError } from "../../../../src/errors.ts";
import type { Label } from "../../../../src/run/value.ts";

const feelings = ["positive", "negative", "neutral"] as const;

/** Models of star ratings: 1 and 2 are bad, 3 is so so. */
const stars = /^(\d)\s*stars?$/i;

/**
 * `positive`, `negative`, `neutral`, best first.
 * @throws TuttiError `expert-unavailable` for a model whose classes don't say which is which
 */
export function readFeelings(labels: readonly Label[], model: string): readonly Label[] {
  const sums = new Map<string, number>();
  for (const { label, score } of labels) {
    const feeling = feelingOf(label);
    if (feeling !== undefined) sums.set(feeling, (sums.get(feeling) ?? 0) + score);
  }
  if (sums.size > 0) return [...sums].map(([label, score]) => ({ label, score })).toSorted((a, b) => b.score - a.score);
  const known = labels.map(({ label }) => label).join(", ");
  throw new TuttiError(
    "expert-unavailable",
    `${model} sorts into ${known}: say in settings.labels which of them is positive, negative and neutral`,
  );
}

function feelingOf(label: string): (typeof feelings)[number] | undefined {
  const rating = Number(stars.exec(label)?.[1] ?? Number.NaN);
  if (!Number.isNaN(rating)) return rating < 3 ? "negative" : rating === 3 ? "neutral" : "positive";
  const word = label.trim().toLowerCase();
  return feelings.find((feeling) => word.startsWith(feeling.slice(0, 3)));
}
