/**
 * From commits to jobs: routes what became ready, puts it on its lane, enforces deadlines, takes canceled work back,
 * and sweeps up whatever a crash left between a commit and its job.
 */
import { TuttiError } from "../errors.ts";
import type { Job, JobQueue } from "../ports/job-queue.ts";
import type { OutboxEntry, RunStore } from "../ports/run-store.ts";
import type { Selector } from "../ports/selector.ts";
import type { Lane } from "../registry/expert-card.ts";
import type { Registry } from "../registry/registry.ts";
import { evaluateCondition } from "../run/condition.ts";
import { pendingConditions } from "../run/settle.ts";
import { isFinished, isSettled, outputOf, type NodeState, type RunState } from "../run/state.ts";
import type { SpilledValue, Value } from "../run/value.ts";
import { Capacity } from "./capacity.ts";
import { recordedError, type Committed, type RunBook } from "./run-book.ts";

const SWEEP_EVERY_MS = 500;
/** Entries younger than this are still being dispatched by whoever committed them. */
const SWEEP_GRACE_MS = 500;
const SWEEP_LIMIT = 500;
const DEFAULT_PRIORITY = 5;
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

export class Dispatcher {
  readonly #deps: DispatcherDependencies;
  readonly #capacity: Capacity;
  /** Where a job holds capacity: job id -> expert id. */
  readonly #places = new Map<string, string>();
  readonly #closed = new AbortController();
  #sweeper: NodeJS.Timeout | undefined;

  constructor(dependencies: DispatcherDependencies) {
    this.#deps = dependencies;
    const { registry, book } = dependencies;
    this.#capacity = new Capacity((id) => cardOf(registry, id)?.limits.concurrency ?? 1);
    book.onCommit((committed) => this.#follow(committed));
  }

  /** Takes up every run that was left unfinished, and starts sweeping. */
  async start(): Promise<void> {
    for (const head of await this.#deps.store.heads({ active: true, limit: 100_000 })) {
      await this.#guard(`resuming run ${head.runId}`, () => this.#resume(head.runId));
    }
    this.#scheduleSweep();
  }

  close(): void {
    this.#closed.abort();
    clearTimeout(this.#sweeper);
  }

  #follow({ state, events, outbox }: Committed): void {
    for (const event of events) {
      if (event.type === "attempt-failed") this.#release(jobId(state.runId, event.data.nodeId, event.data.attempt));
      else if ("nodeId" in event.data) this.#releaseSettled(state, event.data.nodeId);
    }
    for (const entry of outbox) void this.#guard(`dispatching ${entry.nodeId}`, () => this.#dispatch(entry));
    if (isFinished(state)) void this.#guard("clearing the queue", () => this.#deps.queue.cancel(state.runId));
    else void this.#guard("deciding conditions", () => this.#decideConditions(state));
  }

  /** Puts everything of a run that should be on a queue back on it. Doing so twice is harmless: job ids are the same. */
  async #resume(runId: string): Promise<void> {
    const state = await this.#deps.book.state(runId);
    if (!state || isFinished(state)) return;
    await this.#decideConditions(state);
    for (const node of state.nodes.values()) {
      const due = node.status === "ready" || (node.status === "running" && !node.spec.each);
      if (due) await this.#dispatch({ runId, nodeId: node.spec.id, attempt: node.attempt, dueAt: node.notBefore ?? 0 });
    }
  }

  async #dispatch(entry: OutboxEntry): Promise<void> {
    const { book, store } = this.#deps;
    let state = await book.state(entry.runId);
    let node = state?.nodes.get(entry.nodeId);
    const current = node?.attempt === entry.attempt && (node.status === "ready" || node.status === "running");
    if (!state || !node || !current) return store.removeFromOutbox([entry]);

    if (node.spec.kind === "task" && node.experts.length === 0) {
      state = await this.#route(state, node);
      node = state.nodes.get(entry.nodeId);
      if (!node || node.experts.length === 0) return store.removeFromOutbox([entry]);
    }
    const job = jobFor(state, node, this.#laneOf(node));
    const expert = node.experts[node.expertIndex]?.id;
    if (!expert) return this.#enqueue(job, entry);
    this.#places.set(job.id, expert);
    this.#capacity.enter(expert, job.id, () => void this.#guard(`queueing ${job.id}`, () => this.#enqueue(job, entry)));
  }

  async #enqueue(job: Job, entry: OutboxEntry): Promise<void> {
    if (this.#closed.signal.aborted) return;
    await this.#deps.queue.add(job);
    await this.#deps.store.removeFromOutbox([entry]);
  }

  async #route(state: RunState, node: NodeState): Promise<RunState> {
    const { book, registry, selector } = this.#deps;
    const { runId } = state;
    const { id: nodeId, task, expert } = node.spec;
    const { attempt } = node;
    try {
      const candidates = expert === undefined ? registry.expertsFor(task) : [registry.expert(expert)];
      if (candidates.length === 0) throw new TuttiError("expert-unavailable", whyNobody(registry, task));
      const { experts, reason } = await selector.select(node.spec, candidates, this.#closed.signal);
      return (await book.change(runId, { type: "route", at: book.now(), nodeId, attempt, experts, reason })).state;
    } catch (error) {
      const failure = recordedError(error);
      return (await book.change(runId, { type: "fail", at: book.now(), nodeId, attempt, error: failure })).state;
    }
  }

  #laneOf(node: NodeState): Lane {
    const expert = node.experts[node.expertIndex];
    return (expert && cardOf(this.#deps.registry, expert.id)?.lane) ?? (node.spec.kind === "task" ? "cpu" : "control");
  }

  async #decideConditions(state: RunState): Promise<void> {
    const { book, load } = this.#deps;
    for (const { nodeId, when } of pendingConditions(state)) {
      const spilled = outputOf(state, when.from, when.output);
      if (spilled?.type !== "spilled") continue;
      const holds = evaluateCondition(when, await load(state.tenant, spilled)) === true;
      await book.change(state.runId, { type: "decide-condition", at: book.now(), nodeId, holds });
    }
  }

  #releaseSettled(state: RunState, nodeId: string): void {
    const node = state.nodes.get(nodeId);
    if (node && isSettled(node)) this.#release(jobId(state.runId, nodeId, node.attempt));
  }

  #release(id: string): void {
    const expert = this.#places.get(id);
    if (expert === undefined) return;
    this.#places.delete(id);
    this.#capacity.leave(expert, id);
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
    for (const entry of await store.outbox(now - SWEEP_GRACE_MS, SWEEP_LIMIT)) {
      const id = jobId(entry.runId, entry.nodeId, entry.attempt);
      const expert = this.#places.get(id);
      if (expert !== undefined && this.#capacity.isHeld(expert, id)) continue;
      await this.#guard(`sweeping ${id}`, () => this.#dispatch(entry));
    }
    for (const head of await store.heads({ active: true, limit: SWEEP_LIMIT })) {
      if (head.deadlineAt > now) continue;
      await this.#guard(`expiring ${head.runId}`, () => book.change(head.runId, { type: "expire", at: now }));
    }
  }

  /** One run's trouble is logged and stays its own. */
  async #guard(what: string, action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!this.#closed.signal.aborted) this.#deps.onError(error, what);
    }
  }
}

export function jobId(runId: string, nodeId: string, attempt: number): string {
  return `${runId}.${nodeId}.${attempt}`;
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

function whyNobody(registry: Registry, task: string): string {
  const entry = registry.task(task);
  return entry?.unavailable ?? `there is no task ${task}`;
}
