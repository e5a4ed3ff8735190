/** How far runs are from their critical path, and what a node costs that does nothing. */
import { interleave, type Series, type Timing } from "./contender.ts";
import { EMBEDDED, openContenders, REDIS, REDIS_WORKERS } from "./contenders.ts";
import { chain, criticalPathMs, fan, randomGraph, seededRandom, uniform, type BenchGraph } from "./graphs.ts";
import { atMost, type Report, type Suite, type SuiteOptions, type Target } from "./measurement.ts";

const ROUNDS = 7;
const QUICK_ROUNDS = 1;
const SEED = 20_261_123;

const targets: Readonly<Record<string, Target>> = {
  [EMBEDDED]: atMost(1.02),
  [REDIS]: atMost(1.05),
  [REDIS_WORKERS]: atMost(1.05),
};

const COUNTED =
  "Tutti's runs bring their plan. Counted: from the commit that makes the first node ready to the commit of the last " +
  "node's success; with 2 workers the same by the recorded events, in whole milliseconds. For LangGraph.js: invoke() " +
  "of the compiled graph.";
const WHOLE =
  "All that the caller waits for: accepting the run, planning, the graph, the answer; to the commit of run-finished.";
const FLOOR = "Bare promises are the floor: what they take above 1, the timers of this machine take.";

export const makespanSuite: Suite = {
  name: "makespan",
  does: "how far runs are from their critical path",
  run: (options) => measure(options, "makespan", durationsOf20And5To64),
};

export const overheadSuite: Suite = {
  name: "overhead",
  does: "what a node costs that does nothing",
  run: (options) => measure(options, "overhead", () => graphsWith(() => () => 0)),
};

function durationsOf20And5To64(): readonly BenchGraph[] {
  return [
    ...named(
      "20 ms",
      graphsWith(() => () => 20),
    ),
    ...named(
      "5..64 ms",
      graphsWith((seed) => uniform(5, 64, seededRandom(seed))),
    ),
  ];
}

function graphsWith(durations: (seed: number) => () => number): readonly BenchGraph[] {
  return [
    chain(5, durations(SEED)),
    fan(20, durations(SEED + 1)),
    randomGraph(100, 20, seededRandom(SEED), durations(SEED + 2)),
  ];
}

function named(suffix: string, graphs: readonly BenchGraph[]): readonly BenchGraph[] {
  return graphs.map((graph) => ({ ...graph, name: `${graph.name}, ${suffix} (${criticalPathMs(graph)} ms)` }));
}

async function measure(
  { quick, progress }: SuiteOptions,
  name: "makespan" | "overhead",
  graphs: () => readonly BenchGraph[],
): Promise<readonly Report[]> {
  const contenders = await openContenders();
  try {
    const rounds = quick ? QUICK_ROUNDS : ROUNDS;
    const series = await interleave(contenders.all, graphs(), { rounds, progress });
    return name === "makespan" ? makespanReports(series) : overheadReports(series);
  } finally {
    await contenders.close();
  }
}

function makespanReports(series: readonly Series[]): readonly Report[] {
  const ratios = (pick: keyof Timing, aims: Readonly<Record<string, Target>>) =>
    series.map(({ contender, graph, timings }) => ({
      row: graph.name,
      column: contender,
      unit: "ratio" as const,
      samples: timings.map((timing) => timing[pick] / criticalPathMs(graph)),
      ...(aims[contender] && { target: aims[contender] }),
    }));
  return [
    {
      name: "makespan",
      title: "Makespan / critical path",
      notes: [COUNTED, FLOOR],
      measurements: ratios("graphMs", targets),
    },
    {
      name: "makespan-whole",
      title: "Whole run / critical path",
      notes: [WHOLE],
      measurements: ratios("wholeMs", {}).filter(({ column }) => column in targets),
    },
  ];
}

function overheadReports(series: readonly Series[]): readonly Report[] {
  const costs = (pick: keyof Timing) =>
    series.map(({ contender, graph, timings }) => ({
      row: graph.name,
      column: contender,
      unit: "us" as const,
      samples: timings.map((timing) => (timing[pick] * 1000) / graph.nodes.length),
    }));
  return [
    {
      name: "overhead",
      title: "Microseconds per node that does nothing",
      notes: [COUNTED],
      measurements: costs("graphMs"),
    },
    {
      name: "overhead-whole",
      title: "The same, for the whole run",
      notes: [WHOLE],
      measurements: costs("wholeMs").filter(({ column }) => column in targets),
    },
  ];
}
