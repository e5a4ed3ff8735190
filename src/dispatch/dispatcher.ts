/**
 * From commits to jobs: routes what became ready, puts it on its lane when its expert has room, takes canceled work
 * back. Every process that commits dispatches what follows from its own commits; what it leaves undone when it dies
 * stays in the outbox, and any process sweeps that up.
 */
import { asTuttiError } from "../errors.ts";
import type { Capacity } from "../ports/capacity.ts";
import type { JobName, JobQueue } from "../ports/job-queue.ts";
import type { OutboxEntry, RunStore } from "../ports/run-store.ts";
import type { Selection, Selector } from "../ports/selector.ts";
import type { Lane } from "../registry/expert-card.ts";
import type { Registry } from "../registry/registry.ts";
import type { RunEvent } from "../run/events.ts";
import { pendingConditions } from "../run/settle.ts";
import { isFinished, isSettled, own, type NodeState, type RunState } from "../run/state.ts";
import type { SpilledValue, Value } from "../run/value.ts";
import { chooseExperts } from "./choose-experts.ts";
import { Conditions } from "./conditions.ts";
import { attemptOf, currentNode, jobFor, jobId } from "./job-of.ts";
import { Places } from "./places.ts";
import { QueuedEntries } from "./queued-entries.ts";
import { CONDITION, recordedError, type Committed, type RunBook } from "./run-book.ts";
import { Sweeper } from "./sweeper.ts";

const ALL_RUNS = 100_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface DispatcherDependencies {
  readonly book: RunBook;
  readonly store: RunStore;
  readonly queue: JobQueue;
  readonly capacity: Capacity;
  readonly registry: Registry;
  readonly selector: Selector;
  readonly load: (tenant: string, value: SpilledValue) => Promise<Value>;
  readonly onError: (error: unknown, what: string) => void;
}

export interface DispatcherStart {
  /** Whether the queue has forgotten what it held, so that every unfinished run is taken up anew. @default true */
  readonly resume?: boolean;
  /** Tests switch it off to see that they see. @default true */
  readonly sweep?: boolean;
}

export class Dispatcher {
  readonly #deps: DispatcherDependencies;
  readonly #places: Places;
  readonly #conditions: Conditions;
  readonly #sweeper: Sweeper;
  readonly #queued: QueuedEntries;
  /** Jobs that are on their way to a place or a queue, by id; true where one got its place in the meantime. */
  readonly #busy = new Map<string, boolean>();
  readonly #closed = new AbortController();

  constructor(dependencies: DispatcherDependencies) {
    this.#deps = dependencies;
    const { book } = dependencies;
    const guard = (what: string, action: () => Promise<unknown>): Promise<void> => this.#guard(what, action);
    const go = (id: string): void => this.#dispatchWhenDue({ ...attemptOf(id), dueAt: 0 });
    this.#conditions = new Conditions(dependencies);
    this.#queued = new QueuedEntries((entries) =>
      this.#guard("clearing the outbox", () => dependencies.store.removeFromOutbox(entries)),
    );
    this.#places = new Places({ ...dependencies, go });
    this.#sweeper = new Sweeper({
      ...dependencies,
      places: this.#places,
      guard,
      dispatch: (entry) => this.#dispatchWhenDue(entry),
      resume: (state) => this.#resume(state),
      orGiveUp: (runId, action) => this.#orGiveUp(runId, action),
    });
    book.onCommit((committed) => this.#follow(committed));
  }

  async start({ resume = true, sweep = true }: DispatcherStart = {}): Promise<void> {
    const { store, book } = this.#deps;
    const active = resume ? await store.heads({ active: true, limit: ALL_RUNS }) : [];
    for (const { runId } of active) {
      const takeUp = async (): Promise<void> => {
        const state = await book.state(runId);
        if (state && !isFinished(state)) this.#resume(state);
      };
      await this.#guard(`resuming run ${runId}`, () => this.#orGiveUp(runId, takeUp));
    }
    if (sweep) this.#sweeper.start();
  }

  close(): void {
    this.#closed.abort();
    this.#sweeper.close();
    this.#queued.close();
  }

  #follow({ state, events, outbox }: Committed): void {
    const over = new Set<string>();
    for (const { type, data } of events) {
      if (type === "attempt-failed") {
        over.add(jobId(state.runId, data.nodeId, data.attempt));
      } else if (type === "node-withdrawn") {
        over.add(jobId(state.runId, data.nodeId, own(state.retired, data.nodeId) ?? 0));
      } else if (type === "node-started") {
        this.#queued.begun(jobId(state.runId, data.nodeId, data.attempt));
      } else if ("nodeId" in data) {
        const node = state.nodes.get(data.nodeId);
        // Only what was routed ever had a place.
        const held = node && isSettled(node) && node.experts.length > 0;
        if (held) over.add(jobId(state.runId, data.nodeId, node.attempt));
      }
    }
    for (const id of over) void this.#guard(`giving back the place of ${id}`, () => this.#places.leave(id));
    for (const entry of outbox) this.#dispatchWhenDue(entry, state);
    const unwanted = this.#unwantedJobs(state, events);
    if (unwanted.length > 0) void this.#guard("clearing the queue", () => this.#deps.queue.cancel(unwanted));
  }

  #unwantedJobs(state: RunState, events: readonly RunEvent[]): JobName[] {
    return events.flatMap(({ type, data }) => {
      const node = type === "node-canceled" ? state.nodes.get(data.nodeId) : undefined;
      return node && node.attempt > 0
        ? [{ id: jobId(state.runId, node.spec.id, node.attempt), lane: this.#laneOf(node) }]
        : [];
    });
  }

  /** Puts everything of a run that should be on a queue back on it. Doing so twice is harmless: job ids are the same. */
  #resume(state: RunState): void {
    const { runId } = state;
    for (const { nodeId } of pendingConditions(state)) {
      this.#dispatchWhenDue({ runId, nodeId, attempt: CONDITION, dueAt: 0 });
    }
    for (const { spec, status, attempt, notBefore = 0 } of state.nodes.values()) {
      const due = status === "ready" || (status === "running" && !spec.each);
      if (due) this.#dispatchWhenDue({ runId, nodeId: spec.id, attempt, dueAt: notBefore });
    }
  }

  /** A run whose events can't be read would come up with every sweep: it is ended, and the rest go on. */
  async #orGiveUp(runId: string, action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const { code, message } = asTuttiError(error);
      if (code === "unsupported-version") await this.#deps.book.giveUp(runId, message);
      throw error;
    }
  }

  /** Not before it is due: until then another job may have the expert's place. */
  #dispatchWhenDue(entry: OutboxEntry, known?: RunState): void {
    const wait = entry.dueAt - this.#deps.book.now();
    const dispatch = (state?: RunState): void =>
      void this.#guard(`dispatching ${entry.nodeId}`, () =>
        this.#orGiveUp(entry.runId, () => this.#dispatch(entry, state)),
      );
    if (wait <= 0) dispatch(known);
    // What is due later than a timer reaches is left to the sweep.
    else if (wait < LONGEST_TIMER_MS) setTimeout(dispatch, wait).unref();
  }

  async #dispatch(entry: OutboxEntry, known?: RunState): Promise<void> {
    const id = jobId(entry.runId, entry.nodeId, entry.attempt);
    if (this.#closed.signal.aborted) return;
    if (this.#busy.has(id)) return void this.#busy.set(id, true);
    try {
      let state = known;
      do {
        this.#busy.set(id, false);
        state ??= await this.#deps.book.state(entry.runId);
        await (entry.attempt === CONDITION ? this.#decide(entry, state) : this.#place(entry, state));
        state = undefined;
      } while (this.#busy.get(id) && !this.#closed.signal.aborted);
    } finally {
      this.#busy.delete(id);
    }
  }

  async #decide(entry: OutboxEntry, state: RunState | undefined): Promise<void> {
    const done = !state || (await this.#conditions.decide(state, entry.nodeId));
    if (done) await this.#deps.store.removeFromOutbox([entry]);
  }

  async #place(entry: OutboxEntry, found: RunState | undefined): Promise<void> {
    const { queue, store } = this.#deps;
    const state = found && currentNode(found, entry) ? await this.#routed(found, entry.nodeId) : found;
    const node = state && currentNode(state, entry);
    if (!node) {
      await this.#places.leave(jobId(entry.runId, entry.nodeId, entry.attempt));
      return store.removeFromOutbox([entry]);
    }
    const job = jobFor(state, node, this.#laneOf(node));
    const expert = node.experts[node.expertIndex]?.id;
    if (expert !== undefined && !(await this.#places.enter(expert, job, node.readyAt ?? 0))) return;
    if (this.#closed.signal.aborted) return;
    await queue.add(job);
    this.#queued.add(job.id, entry);
  }

  /** The state after the node has got its experts, or has failed for want of one. */
  async #routed(state: RunState, nodeId: string): Promise<RunState> {
    const { book } = this.#deps;
    const node = state.nodes.get(nodeId);
    if (node?.spec.kind !== "task" || node.experts.length > 0) return state;
    const { runId } = state;
    const { attempt } = node;
    let selection: Selection;
    try {
      selection = await chooseExperts(this.#deps, node.spec, this.#closed.signal);
    } catch (error) {
      // What a shutdown interrupts is no failure of the step.
      if (this.#closed.signal.aborted) throw error;
      const failure = recordedError(error);
      return (await book.change(runId, { type: "fail", at: book.now(), nodeId, attempt, error: failure })).state;
    }
    return (await book.change(runId, { type: "route", at: book.now(), nodeId, attempt, ...selection })).state;
  }

  #laneOf(node: NodeState): Lane {
    const expert = node.experts[node.expertIndex];
    return (expert && this.#deps.registry.find(expert)?.card.lane) ?? (node.spec.kind === "task" ? "cpu" : "control");
  }

  /** One run's trouble is logged and stays its own. While everything closes, much fails that is no fault. */
  async #guard(what: string, action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!this.#closed.signal.aborted) this.#deps.onError(error, what);
    }
  }
}
