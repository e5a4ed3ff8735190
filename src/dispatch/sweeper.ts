/**
 * Finds what a dead process left undone, and what nobody is told of: deadlines, entries of the outbox that no queue has,
 * places that nobody gave back, jobs that vanished. Any process may sweep, and several at once do no harm.
 */
import type { Capacity } from "../ports/capacity.ts";
import type { OutboxEntry, RunStore } from "../ports/run-store.ts";
import { isFinished, type RunState } from "../run/state.ts";
import { attemptOf, currentNode, jobId } from "./job-of.ts";
import type { Places } from "./places.ts";
import type { RunBook } from "./run-book.ts";

const EVERY_MS = 500;
/** What is younger is still being seen to by whoever began it. */
const GRACE_MS = 500;
/** Entries of the outbox, and runs past their deadline, that are looked at in one go. */
const PAGE = 500;
/** How often is looked behind the first page of the outbox, where all of that waits for places. */
const BEHIND_EVERY_MS = 5000;
/** Places are looked after less often: one that is not given back only delays others. */
const PLACES_EVERY_MS = 5000;
/** A run of which nothing was heard for so long is looked at whole. */
const SILENCE_MS = 30_000;
/** More than can be under way. */
const ALL_RUNS = 100_000;

export interface SweeperDependencies {
  readonly book: RunBook;
  readonly store: RunStore;
  readonly capacity: Capacity;
  readonly places: Places;
  readonly dispatch: (entry: OutboxEntry) => void;
  readonly resume: (state: RunState) => void;
  /** Ends a run that this build can't read. */
  readonly orGiveUp: (runId: string, action: () => Promise<unknown>) => Promise<void>;
  /** Reports what an action throws, and goes on. */
  readonly guard: (what: string, action: () => Promise<unknown>) => Promise<void>;
}

export class Sweeper {
  readonly #deps: SweeperDependencies;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #placesAt = 0;
  #behindAt = 0;
  #silentAt: number;

  constructor(dependencies: SweeperDependencies) {
    this.#deps = dependencies;
    this.#silentAt = dependencies.book.now() + SILENCE_MS;
  }

  start(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      void this.#deps.guard("sweeping", () => this.#sweep()).finally(() => this.start());
    }, EVERY_MS);
    this.#timer.unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #sweep(): Promise<void> {
    const { guard, places, dispatch } = this.#deps;
    const now = this.#deps.book.now();
    await guard("ending runs past their deadline", () => this.#expire(now));
    await guard("giving places", () => places.admitAll());
    if (now >= this.#placesAt) {
      this.#placesAt = now + PLACES_EVERY_MS;
      await guard("taking places back", () => this.#reclaim(now - GRACE_MS));
    }
    for (const entry of await this.#lostEntries(now - GRACE_MS)) dispatch(entry);
    if (now < this.#silentAt) return;
    this.#silentAt = now + SILENCE_MS;
    await guard("looking after silent runs", () => this.#resumeSilent(now - SILENCE_MS));
  }

  async #expire(now: number): Promise<void> {
    const { store, book, guard, orGiveUp } = this.#deps;
    const late = await store.heads({ active: true, deadlineBefore: now, limit: PAGE });
    for (const { runId } of late) {
      const expire = () => book.change(runId, { type: "expire", at: now });
      await guard(`expiring ${runId}`, () => orGiveUp(runId, expire));
    }
  }

  /**
   * Due entries that don't wait for a place. Those that do fill pages of their own: behind them is looked less often, so
   * that a long line costs little.
   */
  async #lostEntries(now: number): Promise<readonly OutboxEntry[]> {
    const { store, capacity } = this.#deps;
    const looksBehind = now >= this.#behindAt;
    for (let page = PAGE; ; page *= 2) {
      const entries = await store.outbox(now, page);
      const ids = entries.map(({ runId, nodeId, attempt }) => jobId(runId, nodeId, attempt));
      const waiting = ids.length === 0 ? new Set<string>() : await capacity.waiting(ids);
      const lost = entries.filter((_, index) => !waiting.has(ids[index] ?? ""));
      if (looksBehind && page > PAGE) this.#behindAt = now + BEHIND_EVERY_MS;
      if (lost.length > 0 || entries.length < page || !looksBehind) return lost;
    }
  }

  /** Places of attempts that are over: who recorded the end died before he gave the place back. */
  async #reclaim(before: number): Promise<void> {
    const { capacity, places, book, guard } = this.#deps;
    const states = new Map<string, RunState | undefined>();
    for (const id of await capacity.held(before, PAGE)) {
      await guard(`looking after ${id}`, async () => {
        const entry = attemptOf(id);
        if (!states.has(entry.runId)) states.set(entry.runId, await book.state(entry.runId));
        const state = states.get(entry.runId);
        if (!state || !currentNode(state, entry)) await places.leave(id);
      });
    }
  }

  /** The last resort, for what should not be: a job that is on no queue and in no outbox. */
  async #resumeSilent(before: number): Promise<void> {
    const { store, book, guard, orGiveUp, resume } = this.#deps;
    for (const { runId, createdAt } of await store.heads({ active: true, limit: ALL_RUNS })) {
      if (createdAt > before) continue;
      const look = async (): Promise<void> => {
        const state = await book.state(runId);
        if (state && !isFinished(state) && lastHeard(state) < before) resume(state);
      };
      await guard(`looking after ${runId}`, () => orGiveUp(runId, look));
    }
  }
}

function lastHeard({ nodes, createdAt }: RunState): number {
  let last = createdAt;
  for (const { addedAt, readyAt = 0, startedAt = 0, finishedAt = 0 } of nodes.values()) {
    last = Math.max(last, addedAt, readyAt, startedAt, finishedAt);
  }
  return last;
}
