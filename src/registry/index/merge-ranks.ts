import type { Scored } from "./top.ts";

/** Evens out the first few places (Cormack, Clarke and Büttcher, "Reciprocal rank fusion", 2009). */
const SMOOTHING = 60;

/**
 * One order out of several that have no measure in common: each gives points by place.
 * @returns the best first, `k` at most; of equal ones, the lower slot
 */
export function mergeRanks(
  orders: readonly { readonly slots: readonly number[]; readonly weight: number }[],
  k: number,
): readonly Scored[] {
  const scores = new Map<number, number>();
  for (const { slots, weight } of orders) {
    for (const [place, slot] of slots.entries()) {
      scores.set(slot, (scores.get(slot) ?? 0) + weight / (SMOOTHING + place + 1));
    }
  }
  return [...scores]
    .map(([slot, score]) => ({ slot, score }))
    .toSorted((a, b) => b.score - a.score || a.slot - b.slot)
    .slice(0, k);
}
