/** How to get from one language to another with the pairs that there are. Pure. */
import type { Pair } from "./apertium.ts";

/** Translations in a row: each adds its errors. */
const MOST_STEPS = 2;

/** The shortest way; of equally short ones, over English. Undefined where there is none. */
export function findWay(pairs: readonly Pair[], from: string, to: string): readonly Pair[] | undefined {
  let ways: readonly (readonly Pair[])[] = pairs.filter((pair) => pair.from === from).map((pair) => [pair]);
  for (let steps = 1; steps <= MOST_STEPS; steps++) {
    const arrived = ways.filter((way) => way.at(-1)?.to === to);
    const found = arrived.find((way) => way[0]?.to === "en") ?? arrived[0];
    if (found) return found;
    ways = ways.flatMap((way) => pairs.filter((pair) => pair.from === way.at(-1)?.to).map((pair) => [...way, pair]));
  }
  return undefined;
}
