/** Sends graphs through a Tutti, and takes the time. */
import { randomUUID } from "node:crypto";
import type { Committed, RunBook } from "../../src/dispatch/run-book.ts";
import type { RunState } from "../../src/run/state.ts";
import type { RunRequest } from "../../src/run/request.ts";
import type { Timing } from "./contender.ts";
import type { BenchGraph } from "./graphs.ts";
import type { BenchTutti } from "./tutti.ts";
import { planOf } from "./waiting-expert.ts";

const TENANT = "default";
const LIMIT_MS = 120_000;
const MAX_NODES = 2000;

/** Makes what runs a graph, and counts by the commits of this process: with fractions of a millisecond. */
export function createGraphRunner({ book }: BenchTutti): (graph: BenchGraph) => Promise<Timing> {
  const watches = new Map<string, Stopwatch>();
  book.onCommit((committed) => {
    const { runId } = committed.state;
    const watch = watches.get(runId) ?? new Stopwatch();
    watches.set(runId, watch);
    watch.see(committed);
  });
  return async (graph) => {
    const submitted = performance.now();
    const runId = await create(book, graph);
    const watch = watches.get(runId);
    if (!watch) throw new Error("the run was not created by this process");
    const state = await watch.ended;
    watches.delete(runId);
    assertSucceeded(state);
    return { graphMs: watch.lastEnd - watch.firstReady, wholeMs: watch.finished - submitted };
  };
}

/**
 * Runs a graph whose nodes are worked on by other processes, and counts by the recorded events: in whole milliseconds,
 * by the one clock that all processes of a machine have.
 */
export async function runGraphElsewhere({ book, runs }: BenchTutti, graph: BenchGraph): Promise<Timing> {
  const submitted = Date.now();
  const runId = await create(book, graph);
  const { state } = await runs.wait(TENANT, runId, AbortSignal.timeout(LIMIT_MS));
  assertSucceeded(state);
  const tasks = [...state.nodes.values()].filter(({ spec }) => spec.kind === "task");
  const firstReady = Math.min(...tasks.map(({ readyAt }) => readyAt ?? Number.NaN));
  const lastEnd = Math.max(...tasks.map(({ finishedAt }) => finishedAt ?? Number.NaN));
  return { graphMs: lastEnd - firstReady, wholeMs: (state.finishedAt ?? Number.NaN) - submitted };
}

class Stopwatch {
  readonly #ended = Promise.withResolvers<RunState>();
  readonly ended = this.#ended.promise;
  firstReady = Number.POSITIVE_INFINITY;
  lastEnd = 0;
  finished = 0;

  see({ state, events }: Committed): void {
    const now = performance.now();
    for (const { type, data } of events) {
      const isTask = "nodeId" in data && state.nodes.get(data.nodeId)?.spec.kind === "task";
      if (isTask && type === "node-ready") this.firstReady = Math.min(this.firstReady, now);
      if (isTask && type === "node-succeeded") this.lastEnd = now;
      if (type === "run-finished") {
        this.finished = now;
        this.#ended.resolve(state);
      }
    }
  }
}

/** Accepted without the checks of a request: its plan has more nodes than those allow. */
async function create(book: RunBook, graph: BenchGraph): Promise<string> {
  const request: RunRequest = {
    messages: [{ role: "user", content: [{ type: "text", text: graph.name }] }],
    options: { reuse: false },
    plan: planOf(graph),
  };
  const at = book.now();
  const runId = `bench${randomUUID().replaceAll("-", "")}`;
  const deadlineAt = at + LIMIT_MS;
  await book.create({ type: "create", at, runId, tenant: TENANT, request, deadlineAt, maxNodes: MAX_NODES });
  return runId;
}

function assertSucceeded({ runId, status, nodes }: RunState): void {
  if (status === "succeeded") return;
  const faults = [...nodes.values()].flatMap(({ error }) => (error ? [error.message] : []));
  throw new Error(`run ${runId} ended as ${status}: ${faults.join("; ")}`);
}
