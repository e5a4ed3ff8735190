/**
 * From commits to jobs: routes what became ready, puts it on its lane, enforces deadlines, takes canceled work back,
 * and sweeps up whatever a crash left between a commit and its job.
 */
import { asTuttiError } from "../errors.ts";
import type { Job, JobQueue } from "../ports/job-queue.ts";
import type { OutboxEntry, RunStore } from "../ports/run-store.ts";
import type { Selection, Selector } from "../ports/selector.ts";
import type { Lane } from "../registry/expert-card.ts";
import type { Registry } from "../registry/registry.ts";
import { isFinished, isSettled, own, type NodeState, type RunState } from "../run/state.ts";
import type { SpilledValue, Value } from "../run/value.ts";
import { Capacity } from "./capacity.ts";
import { chooseExperts } from "./choose-experts.ts";
import { Conditions } from "./conditions.ts";
import { recordedError, type Committed, type RunBook } from "./run-book.ts";

const SWEEP_EVERY_MS = 500;
/** Entries younger than this are still being dispatched by whoever committed them. */
const SWEEP_GRACE_MS = 500;
/** Outbox entries that are looked at in one go. */
const SWEEP_PAGE = 500;
/** More than can be under way: of those that are left out, nobody would see the deadline. */
const ALL_RUNS = 100_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const DEFAULT_PRIORITY = 5;
/** Milliseconds of waiting for capacity that are worth one level of priority, as on the queues. */
const AGE_MS = 10_000;
/** Answers and plans go first: they are short, and everything waits for them. */
const CONTROL_PRIORITY = 0;

export interface DispatcherDependencies {
  readonly book: RunBook;
  readonly store: RunStore;
  readonly queue: JobQueue;
  readonly registry: Registry;
  readonly selector: Selector;
  readonly load: (tenant: string, value: SpilledValue) => Promise<Value>;
  readonly onError: (error: unknown, what: string) => void;
}

/** A job that holds capacity of an expert, or waits for it. */
interface Place {
  readonly expert: string;
  readonly entry: OutboxEntry;
}

export class Dispatcher {
  readonly #deps: DispatcherDependencies;
  readonly #capacity: Capacity;
  readonly #conditions: Conditions;
  /** By job id. */
  readonly #places = new Map<string, Place>();
  /** Ids of jobs that are on their way to a place or a queue. */
  readonly #busy = new Set<string>();
  readonly #closed = new AbortController();
  #sweeper: NodeJS.Timeout | undefined;

  constructor(dependencies: DispatcherDependencies) {
    this.#deps = dependencies;
    const { registry, book } = dependencies;
    this.#conditions = new Conditions({ ...dependencies, onError: (error, what) => this.#report(error, what) });
    this.#capacity = new Capacity((id) => cardOf(registry, id)?.limits.concurrency ?? 1);
    book.onCommit((committed) => this.#follow(committed));
  }

  /** Takes up every run that was left unfinished, and starts sweeping. */
  async start(): Promise<void> {
    for (const { runId } of await this.#deps.store.heads({ active: true, limit: ALL_RUNS })) {
      await this.#guard(`resuming run ${runId}`, () => this.#orGiveUp(runId, () => this.#resume(runId)));
    }
    this.#scheduleSweep();
  }

  close(): void {
    this.#closed.abort();
    clearTimeout(this.#sweeper);
  }

  /** How many jobs hold capacity or wait for it: none when no run is under way. */
  get places(): number {
    return this.#places.size;
  }

  #follow({ state, events, outbox }: Committed): void {
    for (const { type, data } of events) {
      if (type === "attempt-failed") {
        this.#release(jobId(state.runId, data.nodeId, data.attempt));
      } else if (type === "node-withdrawn") {
        this.#release(jobId(state.runId, data.nodeId, own(state.retired, data.nodeId) ?? 0));
      } else if ("nodeId" in data) {
        this.#releaseSettled(state, data.nodeId);
      }
    }
    for (const entry of outbox) this.#dispatchWhenDue(entry);
    if (isFinished(state)) void this.#guard("clearing the queue", () => this.#deps.queue.cancel(state.runId));
    else void this.#conditions.decide(state);
  }

  /** Puts everything of a run that should be on a queue back on it. Doing so twice is harmless: job ids are the same. */
  async #resume(runId: string): Promise<void> {
    const state = await this.#deps.book.state(runId);
    if (!state || isFinished(state)) return;
    await this.#conditions.decide(state);
    for (const node of state.nodes.values()) {
      const { spec, status, attempt, notBefore = 0 } = node;
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

  /** Not before it is due: until then another job may have the expert's capacity. */
  #dispatchWhenDue(entry: OutboxEntry): void {
    const dispatch = (): void => void this.#guard(`dispatching ${entry.nodeId}`, () => this.#dispatch(entry));
    const wait = entry.dueAt - this.#deps.book.now();
    if (wait <= 0) dispatch();
    // What is due later than a timer reaches is left to the sweep.
    else if (wait < LONGEST_TIMER_MS) setTimeout(dispatch, wait).unref();
  }

  async #dispatch(entry: OutboxEntry): Promise<void> {
    const id = jobId(entry.runId, entry.nodeId, entry.attempt);
    if (this.#closed.signal.aborted || this.#busy.has(id)) return;
    this.#busy.add(id);
    try {
      await this.#place(entry);
    } finally {
      this.#busy.delete(id);
    }
  }

  async #place(entry: OutboxEntry): Promise<void> {
    const { book, store } = this.#deps;
    let state = await book.state(entry.runId);
    if (state && isCurrent(state, entry)) state = await this.#routed(state, entry.nodeId);
    const node = state?.nodes.get(entry.nodeId);
    if (!state || !node || !isCurrent(state, entry)) return store.removeFromOutbox([entry]);

    const job = jobFor(state, node, this.#laneOf(node));
    const expert = node.experts[node.expertIndex]?.id;
    if (expert === undefined) return this.#enqueue(job, entry);
    this.#places.set(job.id, { expert, entry });
    const order = (node.readyAt ?? 0) + job.priority * AGE_MS;
    const go = (): void => void this.#guard(`queueing ${job.id}`, () => this.#enqueue(job, entry));
    this.#capacity.enter(expert, job.id, go, order);
  }

  /** A job that could not be put on its queue gives its place back, so that the sweep tries again. */
  async #enqueue(job: Job, entry: OutboxEntry): Promise<void> {
    if (this.#closed.signal.aborted) return;
    try {
      await this.#deps.queue.add(job);
      await this.#deps.store.removeFromOutbox([entry]);
    } catch (error) {
      this.#release(job.id);
      throw error;
    }
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
    return (expert && cardOf(this.#deps.registry, expert.id)?.lane) ?? (node.spec.kind === "task" ? "cpu" : "control");
  }

  #releaseSettled(state: RunState, nodeId: string): void {
    const node = state.nodes.get(nodeId);
    if (node && isSettled(node)) this.#release(jobId(state.runId, nodeId, node.attempt));
  }

  #release(id: string): void {
    const place = this.#places.get(id);
    if (!place) return;
    this.#places.delete(id);
    this.#capacity.leave(place.expert, id);
  }

  #scheduleSweep(): void {
    this.#sweeper = setTimeout(() => {
      void this.#guard("sweeping", () => this.#sweep()).finally(() => {
        if (!this.#closed.signal.aborted) this.#scheduleSweep();
      });
    }, SWEEP_EVERY_MS);
    this.#sweeper.unref();
  }

  async #sweep(): Promise<void> {
    const { book, store } = this.#deps;
    const now = book.now();
    for (const { runId, deadlineAt } of await store.heads({ active: true, limit: ALL_RUNS })) {
      if (deadlineAt > now) continue;
      const expire = () => book.change(runId, { type: "expire", at: now });
      await this.#guard(`expiring ${runId}`, () => this.#orGiveUp(runId, expire));
    }
    await this.#guard("deciding conditions", () => this.#conditions.retry());
    await this.#reclaim();
    for (const entry of await this.#lostEntries(now - SWEEP_GRACE_MS)) this.#dispatchWhenDue(entry);
  }

  /** Due entries that are neither on a queue nor held for capacity; those that are held fill pages of their own. */
  async #lostEntries(now: number): Promise<readonly OutboxEntry[]> {
    for (let page = SWEEP_PAGE; ; page *= 2) {
      const entries = await this.#deps.store.outbox(now, page);
      const lost = entries.filter((entry) => !this.#places.has(jobId(entry.runId, entry.nodeId, entry.attempt)));
      if (lost.length > 0 || entries.length < page) return lost;
    }
  }

  /** Gives back the places of jobs whose end was not seen here: a run may end while one of its jobs is taking a place. */
  async #reclaim(): Promise<void> {
    const states = new Map<string, RunState | undefined>();
    // As they are now: a place that is taken after a state was read is not in that state.
    for (const [id, { entry }] of Array.from(this.#places)) {
      await this.#guard(`looking after ${id}`, async () => {
        const { runId } = entry;
        if (!states.has(runId)) states.set(runId, await this.#deps.book.state(runId));
        const state = states.get(runId);
        if (!state || !isCurrent(state, entry)) this.#release(id);
      });
    }
  }

  /** One run's trouble is logged and stays its own. */
  async #guard(what: string, action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#report(error, what);
    }
  }

  /** While everything closes, much fails that is no fault. */
  #report(error: unknown, what: string): void {
    if (!this.#closed.signal.aborted) this.#deps.onError(error, what);
  }
}

export function jobId(runId: string, nodeId: string, attempt: number): string {
  return `${runId}.${nodeId}.${attempt}`;
}

/** Whether an attempt is still to be made, or under way. */
function isCurrent(state: RunState, { nodeId, attempt }: OutboxEntry): boolean {
  const node = state.nodes.get(nodeId);
  return node?.attempt === attempt && (node.status === "ready" || node.status === "running");
}

function jobFor({ runId, request }: RunState, node: NodeState, lane: Lane): Job {
  const { attempt, notBefore } = node;
  const nodeId = node.spec.id;
  const priority = lane === "control" ? CONTROL_PRIORITY : (request.options.priority ?? DEFAULT_PRIORITY);
  const job = { id: jobId(runId, nodeId, attempt), lane, runId, nodeId, attempt, priority };
  return notBefore === undefined ? job : { ...job, notBefore };
}

function cardOf(registry: Registry, id: string) {
  return registry.experts.find((entry) => entry.card.id === id)?.card;
}
