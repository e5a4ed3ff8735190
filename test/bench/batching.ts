/** Micro-batching in a worker at rising load: next to one item at a time, and to what the device could do at best. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ExpertRunner } from "../../src/ports/expert-runner.ts";
import type { Expert } from "../../tools/define-expert.ts";
import { createProcessPool } from "../../workers/process-pool.ts";
import { single, steady } from "../fakes/batch-experts.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";
import { idealLatencies, poissonArrivals, type Device } from "./arrivals.ts";
import { seededRandom } from "./graphs.ts";
import { atLeast, type Measurement, type Suite } from "./measurement.ts";
import { percentile } from "./statistics.ts";

/** As the experts of `test/fakes/batch-experts.ts` are. */
const device: Device = { max: 16, callMs: (items) => 20 + 2 * items };
const RATES = [20, 40, 100, 200, 300];
const QUICK_RATES = [40, 200, 300];
const DRAINED = 480;

export const batchingSuite: Suite = {
  name: "batching",
  does: "micro-batching at rising load",
  async run({ quick, progress }) {
    const { folder: scratch, remove } = await temporaryFolder();
    const pool = createProcessPool({ modules: [new URL("../fakes/batch-experts.ts", import.meta.url)] });
    const rounds = quick ? 1 : 3;
    const loads: Load[] = [];
    const drains: number[] = [];
    try {
      await Promise.all([steady, single].map((expert) => call(pool, expert, scratch)));
      for (let round = 0; round < rounds; round += 1) {
        for (const rate of quick ? QUICK_RATES : RATES) {
          progress(`round ${round + 1} of ${rounds}: ${rate} per second`);
          const arrivals = poissonArrivals(rate, quick ? 1500 : 4000, seededRandom(round * 1000 + rate));
          const batched = await offer(arrivals, () => call(pool, steady, scratch));
          const each = await offer(arrivals, (signal) => call(pool, single, scratch, signal));
          loads.push({ rate, batched, each, ideal: idealLatencies(arrivals, device) });
        }
        progress(`round ${round + 1} of ${rounds}: ${DRAINED} at once`);
        const started = performance.now();
        await Promise.all(Array.from({ length: DRAINED }, () => call(pool, steady, scratch)));
        drains.push((DRAINED / (performance.now() - started)) * 1000);
      }
    } finally {
      await pool.close();
      await remove();
    }
    return [
      {
        name: "batching",
        title: "Batching at rising load",
        notes: [
          "One expert that takes 20 + 2n ms for n items, at most 16, one call at a time, in a host process; Poisson " +
            "arrivals. Ideal: the same arrivals on a device that costs nothing beyond that. One by one stops when the " +
            "arrivals do: what it had not done by then counts as not done.",
        ],
        measurements: loadCells(loads),
      },
      { name: "drain", title: `Batching, ${DRAINED} items at once`, notes: [], measurements: drainCells(drains) },
    ];
  },
};

interface Outcome {
  /** Of the items that were done, milliseconds. */
  readonly latencies: readonly number[];
  readonly perSecond: number;
}

interface Load {
  readonly rate: number;
  readonly batched: Outcome;
  readonly each: Outcome;
  readonly ideal: readonly number[];
}

async function call(pool: ExpertRunner, { card }: Expert, scratch: string, signal = new AbortController().signal) {
  await pool.run({ expert: card, inputs: { text: "x" }, scratch, signal });
}

/** Calls as the items arrive. When the last has, those that are not done within half a second are stopped. */
async function offer(arrivals: readonly number[], perform: (signal: AbortSignal) => Promise<void>): Promise<Outcome> {
  const stop = new AbortController();
  const started = performance.now();
  const latencies: number[] = [];
  const under: Promise<void>[] = [];
  let last = started;
  async function take(at: number): Promise<void> {
    try {
      await perform(stop.signal);
      last = performance.now();
      latencies.push(last - started - at);
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
  }
  for (const at of arrivals) {
    const wait = started + at - performance.now();
    if (wait >= 1) await sleep(wait);
    under.push(take(at));
  }
  const timer = setTimeout(() => stop.abort(), 500);
  await Promise.all(under);
  clearTimeout(timer);
  return { latencies, perSecond: (latencies.length / (last - started)) * 1000 };
}

function loadCells(loads: readonly Load[]): readonly Measurement[] {
  const rates = new Set(loads.map(({ rate }) => rate));
  return [...rates].flatMap((rate) => {
    const same = loads.filter((load) => load.rate === rate);
    const cell = (column: string, unit: Measurement["unit"], of: (load: Load) => number): Measurement => ({
      row: `${rate} per second`,
      column,
      unit,
      samples: same.map(of),
    });
    return [
      cell("batched", "per second", ({ batched }) => batched.perSecond),
      cell("one by one", "per second", ({ each }) => each.perSecond),
      cell("batched p50", "ms", ({ batched }) => percentile(batched.latencies, 50)),
      cell("ideal p50", "ms", ({ ideal }) => percentile(ideal, 50)),
      cell("batched p99", "ms", ({ batched }) => percentile(batched.latencies, 99)),
      cell("ideal p99", "ms", ({ ideal }) => percentile(ideal, 99)),
      cell("one by one p50", "ms", ({ each }) => percentile(each.latencies, 50)),
    ];
  });
}

function drainCells(drains: readonly number[]): readonly Measurement[] {
  const ideal = (device.max / device.callMs(device.max)) * 1000;
  const row = "drain";
  return [
    { row, column: "batched", unit: "per second", samples: drains },
    { row, column: "ideal", unit: "per second", samples: [ideal] },
    { row, column: "one by one at best", unit: "per second", samples: [1000 / device.callMs(1)] },
    { row, column: "ratio", unit: "ratio", samples: drains.map((rate) => rate / ideal), target: atLeast(0.95) },
  ];
}
