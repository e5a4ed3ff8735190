/** What runs graphs, and how several of them are measured side by side. */
import type { BenchGraph } from "./graphs.ts";

export interface Timing {
  /** From the first node's being ready to the last node's end, milliseconds. */
  readonly graphMs: number;
  /** All that the caller waits for, milliseconds. */
  readonly wholeMs: number;
}

export interface Contender {
  readonly name: string;
  /** @throws where a node did not succeed: what failed is not measured */
  run(graph: BenchGraph): Promise<Timing>;
  close(): Promise<void>;
}

/** What one contender took for one graph, round by round. */
export interface Series {
  readonly contender: string;
  readonly graph: BenchGraph;
  readonly timings: readonly Timing[];
}

/** Every graph by every contender in turn, round after round, so that whatever disturbs the machine disturbs them all. */
export async function interleave(
  contenders: readonly Contender[],
  graphs: readonly BenchGraph[],
  { rounds, progress }: { readonly rounds: number; readonly progress: (what: string) => void },
): Promise<readonly Series[]> {
  const series = graphs.flatMap((graph) =>
    contenders.map((contender) => ({ contender, graph, timings: new Array<Timing>() })),
  );
  // The round before the first is for warming up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const { contender, graph, timings } of series) {
      progress(`round ${round} of ${rounds}: ${graph.name}, ${contender.name}`);
      const timing = await contender.run(graph);
      if (round > 0) timings.push(timing);
    }
  }
  return series.map(({ contender, graph, timings }) => ({ contender: contender.name, graph, timings }));
}
