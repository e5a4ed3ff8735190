/** Reads runs and changes them: decide on the state, commit at its revision, and decide again when somebody was faster. */
import { setTimeout as sleep } from "node:timers/promises";
import { asTuttiError, TuttiError } from "../errors.ts";
import { Together } from "./together.ts";
import type { Commit, CommitResult, OutboxEntry, RunHead, RunStore } from "../ports/run-store.ts";
import type { Command, Decision } from "../run/commands.ts";
import { decide, decideAll, type Router } from "../run/decide.ts";
import { EVENT_VERSION, type RunEvent } from "../run/events.ts";
import { applyEvents, UnsupportedEventError } from "../run/reduce.ts";
import { pendingConditions } from "../run/settle.ts";
import { isFinished, type RunState } from "../run/state.ts";

const MAX_CONFLICTS = 100;
const CACHED_RUNS = 256;
/** A wide run's state is a thousand times the size of a small one's. */
const CACHED_NODES = 20_000;
const TITLE_LENGTH = 120;

/** The attempt of outbox entries that are about a node's condition. */
export const CONDITION = 0;

/** What just became durable. */
export interface Committed {
  readonly state: RunState;
  readonly events: readonly RunEvent[];
  readonly outbox: readonly OutboxEntry[];
}

export interface Change {
  readonly decision: Decision;
  /** After the commit in which it went, perhaps together with others. */
  readonly state: RunState;
}

type ChangeCommand = Exclude<Command, { type: "create" }>;

export class RunBook {
  readonly #store: RunStore;
  readonly #now: () => number;
  readonly #cache = new Map<string, RunState>();
  readonly #listeners = new Set<(committed: Committed) => void>();
  readonly #onFault: (error: unknown) => void;
  readonly #router: Router | undefined;
  readonly #changes = new Together<ChangeCommand, Change>((runId, commands) => this.#carryOut(runId, commands));

  /**
   * @param onFault told what a listener throws: the commit stands, and the other listeners hear of it all the same
   * @param router gives nodes their experts in the commit that makes them ready
   */
  constructor(store: RunStore, now: () => number, onFault: (error: unknown) => void = warn, router?: Router) {
    this.#store = store;
    this.#now = now;
    this.#onFault = onFault;
    this.#router = router;
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
      throw readable(error);
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
    const state = applyEvents(undefined, decision.events);
    if (!state) throw new TuttiError("internal", "a run begins with events");
    const result = await this.#commit(undefined, decision.events, state, idempotency);
    if (result.outcome === "conflict") throw new TuttiError("internal", `run id ${command.runId} is taken`);
    if (result.outcome === "committed") return { runId: command.runId, created: true };
    if (result.fingerprint === idempotency?.fingerprint) return { runId: result.runId, created: false };
    throw new TuttiError("idempotency-mismatch", "this Idempotency-Key was used for another request; use a new one");
  }

  /**
   * Carries out a command; a stale or refused one changes nothing and is told in the decision.
   * @throws TuttiError `unknown-run`, or `conflict` after too many lost races
   */
  change(runId: string, command: ChangeCommand): Promise<Change> {
    return this.#changes.ask(runId, command);
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

  async #carryOut(runId: string, commands: readonly ChangeCommand[]): Promise<readonly Change[]> {
    let state = this.#cache.get(runId) ?? (await this.state(runId));
    for (let tries = 0; tries < MAX_CONFLICTS; tries += 1) {
      if (!state) throw new TuttiError("unknown-run", `there is no run ${runId}`);
      const { decisions, events, state: next } = decideAll(state, commands, this.#router);
      const changes = decisions.map((decision) => ({ decision, state: next }));
      if (events.length > 0) {
        // Committed at this revision, so that what was called stale was so on the newest state, too.
        const result = await this.#commit(state, events, next);
        if (result.outcome === "committed") return changes;
        if (tries > 2) await sleep(Math.random() * Math.min(50, 2 ** tries));
        state = (tries <= 2 && this.#caughtUp(state, result)) || (await this.state(runId));
      } else {
        // The cache may be behind: only the newest state may call a command stale.
        const newest: RunState | undefined = await this.state(runId);
        if (newest?.revision === state.revision) return changes;
        state = newest;
      }
    }
    throw new TuttiError("conflict", `run ${runId} was changed by others ${MAX_CONFLICTS} times in a row`, {
      retryable: true,
    });
  }

  /** The state that a lost race left behind, where the winner's events came with the news of it. */
  #caughtUp(state: RunState, result: CommitResult): RunState | undefined {
    const missed = result.outcome === "conflict" ? (result.missed ?? []) : [];
    if (missed.length === 0) return undefined;
    try {
      const newest = applyEvents(state, missed);
      return newest && this.#remember(newest);
    } catch (error) {
      throw readable(error);
    }
  }

  async #commit(
    before: RunState | undefined,
    events: readonly RunEvent[],
    state: RunState,
    idempotency?: Commit["idempotency"],
  ) {
    const outbox = outboxOf(state, events);
    const result = await this.#store.commit({
      runId: state.runId,
      expectedRevision: before?.revision ?? 0,
      events,
      outbox,
      done: doneBy(events),
      head: headOf(state),
      ...(idempotency ? { idempotency } : {}),
    });
    if (result.outcome !== "committed") return result;
    this.#remember(state);
    this.#tell({ state, events, outbox });
    return result;
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

/** What somebody has to do next: attempts that are due, and conditions that can't be decided without reading assets. */
function outboxOf(state: RunState, events: readonly RunEvent[]): OutboxEntry[] {
  const { runId } = state;
  const attempts = events.flatMap((event): OutboxEntry[] => {
    if (event.type !== "node-ready") return [];
    const { nodeId, attempt, notBefore = event.at } = event.data;
    return [{ runId, nodeId, attempt, dueAt: notBefore }];
  });
  const dueAt = events.at(-1)?.at ?? 0;
  const conditions = pendingConditions(state).map(({ nodeId }) => ({ runId, nodeId, attempt: CONDITION, dueAt }));
  return [...attempts, ...conditions];
}

/** What a worker has begun is on no list of things to begin any more. */
function doneBy(events: readonly RunEvent[]): OutboxEntry[] {
  return events.flatMap(({ type, data, runId, at }) =>
    type === "node-started" ? [{ runId, nodeId: data.nodeId, attempt: data.attempt, dueAt: at }] : [],
  );
}

function readable(error: unknown): unknown {
  return error instanceof UnsupportedEventError ? new TuttiError("unsupported-version", error.message) : error;
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

const titles = new WeakMap<RunState["request"], string>();

/** Remembered: it is written down with every commit. */
function titleOf({ request }: RunState): string {
  const known = titles.get(request);
  if (known !== undefined) return known;
  const title = firstWords(request);
  titles.set(request, title);
  return title;
}

function firstWords(request: RunState["request"]): string {
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
