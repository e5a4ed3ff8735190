/** The floor: promises and timers, and nothing else. What it takes above the critical path, the timers take. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Contender } from "./contender.ts";

export function createBareContender(): Contender {
  return {
    name: "bare promises",
    async run({ nodes }) {
      const started = performance.now();
      const ends = new Map<string, Promise<void>>();
      for (const { id, after, ms } of nodes) {
        const before = after.map((other) => ends.get(other));
        ends.set(
          id,
          Promise.all(before).then(() => work(ms)),
        );
      }
      await Promise.all(ends.values());
      const took = performance.now() - started;
      return { graphMs: took, wholeMs: took };
    },
    close: () => Promise.resolve(),
  };
}

/** The work of a node: for every contender the same. */
export async function work(ms: number): Promise<void> {
  if (ms > 0) await sleep(ms);
}
