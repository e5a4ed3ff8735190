import type { Scored } from "./top.ts";

/** Evens out the first few places (Cormack, Clarke and Büttcher, "Reciprocal rank fusion", 2009). */
const SMOOTHING = 60;

/**
 * One order out of several that have no measure in common: each gives points by place. Equal scores share a place.
 * @param orders the best first
 * @param preference of cards that have the same points, the higher first; then the lower slot
 */
export function mergeRanks(
  orders: readonly (readonly Scored[])[],
  preference: (slot: number) => number,
): readonly Scored[] {
  const points = new Map<number, number>();
  for (const order of orders) {
    let place = 0;
    for (const [at, { slot, score }] of order.entries()) {
      if (score !== order[at - 1]?.score) place = at;
      points.set(slot, (points.get(slot) ?? 0) + 1 / (SMOOTHING + place + 1));
    }
  }
  return [...points]
    .map(([slot, score]) => ({ slot, score }))
    .toSorted((a, b) => b.score - a.score || preference(b.slot) - preference(a.slot) || a.slot - b.slot);
}
