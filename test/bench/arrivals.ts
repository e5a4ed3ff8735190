/** Items that arrive by chance, and what a batching device could make of them at best. */
import type { Random } from "./graphs.ts";

/** A device that takes so long for a call with so many items, and one call at a time. */
export interface Device {
  readonly max: number;
  readonly callMs: (items: number) => number;
}

/** When items arrive, milliseconds from 0 on: a Poisson process of so many per second. */
export function poissonArrivals(perSecond: number, forMs: number, random: Random): readonly number[] {
  const arrivals: number[] = [];
  for (let at = 0; ;) {
    at -= (Math.log(1 - random()) / perSecond) * 1000;
    if (at >= forMs) return arrivals;
    arrivals.push(at);
  }
}

/** How long every item waits and is worked on, milliseconds, where a free device takes all that is there, at no cost. */
export function idealLatencies(arrivals: readonly number[], { max, callMs }: Device): readonly number[] {
  const latencies: number[] = [];
  for (let free = 0; latencies.length < arrivals.length;) {
    const waiting = arrivals.slice(latencies.length);
    const start = Math.max(free, waiting[0] ?? 0);
    const batch = waiting.filter((at) => at <= start).slice(0, max);
    free = start + callMs(batch.length);
    for (const at of batch) latencies.push(free - at);
  }
  return latencies;
}
