/** Reads runs and changes them: decide on the state, commit at its revision, and decide again when somebody was faster. */
import { setTimeout as sleep } from "node:timers/promises";
import { asTuttiError, TuttiError } from "../errors.ts";
import type { Commit, OutboxEntry, RunHead, RunStore } from "../ports/run-store.ts";
import type { Command, Decision } from "../run/commands.ts";
import { decide } from "../run/decide.ts";
import { EVENT_VERSION, type RunEvent } from "../run/events.ts";
import { applyEvents, UnsupportedEventError } from "../run/reduce.ts";
import { isFinished, type RunState } from "../run/state.ts";

const MAX_CONFLICTS = 100;
const CACHED_RUNS = 256;
/** A wide run's state is a thousand times the size of a small one's. */
const CACHED_NODES = 20_000;
const TITLE_LENGTH = 120;

/** What just became durable. */
export interface Committed {
  readonly state: RunState;
  readonly events: readonly RunEvent[];
  readonly outbox: readonly OutboxEntry[];
}

export interface Change {
  readonly decision: Decision;
  /** After the decision. */
  readonly state: RunState;
}

export class RunBook {
  readonly #store: RunStore;
  readonly #now: () => number;
  readonly #cache = new Map<string, RunState>();
  readonly #listeners = new Set<(committed: Committed) => void>();
  readonly #onFault: (error: unknown) => void;
  /** The last change of each run that is being changed, for the next one to wait for. */
  readonly #turns = new Map<string, Promise<unknown>>();

  /** @param onFault told what a listener throws: the commit stands, and the other listeners hear of it all the same */
  constructor(store: RunStore, now: () => number, onFault: (error: unknown) => void = warn) {
    this.#store = store;
    this.#now = now;
    this.#onFault = onFault;
  }

  now(): number {
    return this.#now();
  }

  /** Calls back after every commit made through this book, in order within a run. */
  onCommit(listener: (committed: Committed) => void): void {
    this.#listeners.add(listener);
  }

  /** The newest state, or undefined for an unknown run. @throws TuttiError `unsupported-version` */
  async state(runId: string): Promise<RunState | undefined> {
    const cached = this.#cache.get(runId);
    try {
      const events = await this.#store.read(runId, cached?.revision ?? 0);
      const state = events.length === 0 ? cached : applyEvents(cached, events);
      return state && this.#remember(state);
    } catch (error) {
      if (error instanceof UnsupportedEventError) throw new TuttiError("unsupported-version", error.message);
      throw error;
    }
  }

  /**
   * Creates a run.
   * @returns the run's id: another one where the idempotency key is taken.
   * @throws TuttiError `idempotency-mismatch`
   */
  async create(
    command: Extract<Command, { type: "create" }>,
    idempotency?: Commit["idempotency"],
  ): Promise<{ readonly runId: string; readonly created: boolean }> {
    const decision = decide(undefined, command);
    if (decision.outcome !== "events") throw new TuttiError("internal", `create was ${decision.outcome}`);
    const result = await this.#commit(undefined, decision.events, idempotency);
    if (result.outcome === "conflict") throw new TuttiError("internal", `run id ${command.runId} is taken`);
    if (result.outcome === "committed") return { runId: command.runId, created: true };
    if (result.fingerprint === idempotency?.fingerprint) return { runId: result.runId, created: false };
    throw new TuttiError("idempotency-mismatch", "this Idempotency-Key was used for another request; use a new one");
  }

  /**
   * Carries out a command; a stale or refused one changes nothing and is told in the decision.
   * @throws TuttiError `unknown-run`, or `conflict` after too many lost races
   */
  async change(runId: string, command: Exclude<Command, { type: "create" }>): Promise<Change> {
    // One at a time: a thousand items that end at once would only make each other decide again.
    const before = this.#turns.get(runId) ?? Promise.resolve();
    const turn = before.then(
      () => this.#carryOut(runId, command),
      () => this.#carryOut(runId, command),
    );
    this.#turns.set(runId, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(runId) === turn) this.#turns.delete(runId);
    }
  }

  /**
   * Ends a run whose events this build can't read, so that it is not taken up for ever: its head says that it failed,
   * and why its events can't be shown is told to whoever asks for them.
   */
  async giveUp(runId: string, reason: string): Promise<void> {
    const head = await this.#store.head(runId);
    const last = (await this.#store.read(runId)).at(-1);
    if (!head?.active || !last) return;
    const at = this.#now();
    const event: RunEvent = {
      v: EVENT_VERSION,
      runId,
      seq: last.seq + 1,
      at,
      type: "run-finished",
      data: { status: "failed", reason },
    };
    await this.#store.commit({
      runId,
      expectedRevision: last.seq,
      events: [event],
      outbox: [],
      head: { ...head, status: "failed", active: false, finishedAt: at },
    });
  }

  async #carryOut(runId: string, command: Exclude<Command, { type: "create" }>): Promise<Change> {
    let state = this.#cache.get(runId) ?? (await this.state(runId));
    for (let tries = 0; tries < MAX_CONFLICTS; tries += 1) {
      if (!state) throw new TuttiError("unknown-run", `there is no run ${runId}`);
      const decision = decide(state, command);
      if (decision.outcome === "events") {
        const result = await this.#commit(state, decision.events);
        if (result.outcome === "committed") return { decision, state: result.state };
        if (tries > 2) await sleep(Math.random() * Math.min(50, 2 ** tries));
        state = await this.state(runId);
      } else {
        // The cache may be behind: only the newest state may call a command stale.
        const newest: RunState | undefined = await this.state(runId);
        if (newest?.revision === state.revision) return { decision, state };
        state = newest;
      }
    }
    throw new TuttiError("conflict", `run ${runId} was changed by others ${MAX_CONFLICTS} times in a row`, {
      retryable: true,
    });
  }

  async #commit(before: RunState | undefined, events: readonly RunEvent[], idempotency?: Commit["idempotency"]) {
    const state = applyEvents(before, events);
    if (!state) throw new TuttiError("internal", "a commit has at least one event");
    const outbox = events.flatMap((event): OutboxEntry[] => {
      if (event.type !== "node-ready") return [];
      const { nodeId, attempt, notBefore = event.at } = event.data;
      return [{ runId: state.runId, nodeId, attempt, dueAt: notBefore }];
    });
    const result = await this.#store.commit({
      runId: state.runId,
      expectedRevision: before?.revision ?? 0,
      events,
      outbox,
      head: headOf(state),
      ...(idempotency ? { idempotency } : {}),
    });
    if (result.outcome !== "committed") return result;
    this.#remember(state);
    this.#tell({ state, events, outbox });
    return { ...result, state };
  }

  #tell(committed: Committed): void {
    for (const listener of this.#listeners) {
      try {
        listener(committed);
      } catch (error) {
        this.#onFault(error);
      }
    }
  }

  #remember(state: RunState): RunState {
    const known = this.#cache.get(state.runId);
    if (known && known.revision > state.revision) return known;
    this.#cache.delete(state.runId);
    this.#cache.set(state.runId, state);
    let nodes = this.#cache.values().reduce((sum, cached) => sum + cached.nodes.size, 0);
    for (const [runId, cached] of this.#cache) {
      if (runId === state.runId || (this.#cache.size <= CACHED_RUNS && nodes <= CACHED_NODES)) break;
      this.#cache.delete(runId);
      nodes -= cached.nodes.size;
    }
    return state;
  }
}

function warn(error: unknown): void {
  process.emitWarning(`A listener of commits failed: ${String(error)}`);
}

function headOf(state: RunState): RunHead {
  const { runId, tenant, status, createdAt, finishedAt, deadlineAt } = state;
  return {
    runId,
    tenant,
    status,
    createdAt,
    deadlineAt,
    active: !isFinished(state),
    title: titleOf(state),
    ...(finishedAt === undefined ? {} : { finishedAt }),
  };
}

function titleOf({ request }: RunState): string {
  const words = request.messages
    .filter((message) => message.role === "user")
    .flatMap((message) => message.content.flatMap((part) => (part.type === "text" ? [part.text] : [])));
  const line = (words.at(-1) ?? "").replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  // By characters, so that none is cut in two.
  return Array.from(line).slice(0, TITLE_LENGTH).join("");
}

/** For places that must not throw: what a failure is recorded as. */
export function recordedError(thrown: unknown): { code: string; message: string; retryable: boolean } {
  const { code, message, retryable } = asTuttiError(thrown);
  return { code, message, retryable };
}
