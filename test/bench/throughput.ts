/** How many nodes go through Redis in a second, next to plain BullMQ jobs, and what every node asks of Redis. */
import { Redis } from "ioredis";
import { temporaryFolder } from "../fakes/temporary-folder.ts";
import { startPlainQueue } from "./bullmq.ts";
import { randomGraph, seededRandom } from "./graphs.ts";
import { atLeast, type Measurement, type Report, type Suite } from "./measurement.ts";
import { startBenchRedis } from "./redis.ts";
import { countCommands, countsBetween, type CommandCounts } from "./redis-commands.ts";
import { createGraphRunner } from "./run-graph.ts";
import { startTutti } from "./tutti.ts";

const CONCURRENCY = 64;
const GRAPH_SIZE = 100;
const RUNS = 20;
const NODES = RUNS * GRAPH_SIZE;
const ROUNDS = 5;
const QUICK_ROUNDS = 2;
/** Commands that are shown: the most frequent ones. */
const SHOWN = 20;

export const throughputSuite: Suite = {
  name: "throughput",
  does: "nodes per second through Redis, next to plain BullMQ",
  async run({ quick, progress }) {
    const { folder, remove } = await temporaryFolder();
    const redis = await startBenchRedis();
    const lanes = ["control", "cpu"] as const;
    const tutti = await startTutti({ folder, redisUrl: redis.url, lanes, concurrency: CONCURRENCY });
    const plain = await startPlainQueue(redis.url, CONCURRENCY);
    const observer = new Redis(redis.url);
    try {
      const runGraph = createGraphRunner(tutti);
      const graph = randomGraph(GRAPH_SIZE, 20, seededRandom(1), () => 0);
      const rounds: Round[] = [];
      for (let round = 0; round <= (quick ? QUICK_ROUNDS : ROUNDS); round += 1) {
        progress(`round ${round}: ${NODES} nodes, then ${NODES} jobs`);
        const before = await countCommands(observer);
        const cpu = process.cpuUsage();
        const started = performance.now();
        await Promise.all(Array.from({ length: RUNS }, () => runGraph(graph)));
        const tuttiMs = performance.now() - started;
        const { user, system } = process.cpuUsage(cpu);
        const between = await countCommands(observer);
        const plainMs = await plain.drain(NODES);
        rounds.push({ tuttiMs, plainMs, cpuUs: user + system, before, between, after: await countCommands(observer) });
      }
      // The first is for warming up.
      return reports(rounds.slice(1));
    } finally {
      observer.disconnect();
      await plain.close();
      await tutti.close();
      await redis.stop();
      await remove();
    }
  },
};

interface Round {
  readonly tuttiMs: number;
  readonly plainMs: number;
  /** Of this process, while Tutti's nodes went through. */
  readonly cpuUs: number;
  readonly before: CommandCounts;
  readonly between: CommandCounts;
  readonly after: CommandCounts;
}

function reports(rounds: readonly Round[]): readonly Report[] {
  const row = `${RUNS} runs of ${GRAPH_SIZE} nodes`;
  const cell = (column: string, unit: Measurement["unit"], of: (round: Round) => number): Measurement => ({
    row,
    column,
    unit,
    samples: rounds.map(of),
  });
  return [
    {
      name: "throughput",
      title: "Nodes through Redis against plain BullMQ jobs",
      notes: [
        `One process each, concurrency ${CONCURRENCY}, the same Redis (AOF, fsync every second). Tutti: from the first ` +
          "submission to the last end of a run, plans and answers included; its nodes depend on each other. BullMQ: " +
          "add all at once, until all are completed.",
      ],
      measurements: [
        cell("Tutti nodes", "per second", ({ tuttiMs }) => (NODES / tuttiMs) * 1000),
        cell("BullMQ jobs", "per second", ({ plainMs }) => (NODES / plainMs) * 1000),
        { ...cell("ratio", "ratio", ({ tuttiMs, plainMs }) => plainMs / tuttiMs), target: atLeast(0.5) },
        cell("Tutti CPU per node", "us", ({ cpuUs }) => cpuUs / NODES),
      ],
    },
    {
      name: "commands",
      title: "Redis commands per node, inside scripts included",
      notes: ["us: Redis's own time; that of evalsha includes the commands inside."],
      measurements: rounds.slice(-1).flatMap(({ before, between, after }) => commandRows(before, between, after)),
    },
  ];
}

function commandRows(before: CommandCounts, between: CommandCounts, after: CommandCounts): readonly Measurement[] {
  const ofTutti = countsBetween(before, between);
  const ofPlain = new Map(countsBetween(between, after));
  return ofTutti.slice(0, SHOWN).flatMap(([row, count]): Measurement[] => {
    const plain = ofPlain.get(row) ?? { calls: 0, us: 0 };
    return [
      { row, column: "Tutti", unit: "count", samples: [count.calls / NODES] },
      { row, column: "BullMQ", unit: "count", samples: [plain.calls / NODES] },
      { row, column: "Tutti us", unit: "us", samples: [count.us / NODES] },
      { row, column: "BullMQ us", unit: "us", samples: [plain.us / NODES] },
    ];
  });
}
