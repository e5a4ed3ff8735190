/** What this process knows of how experts' calls went: its own calls at once, those of others a moment later. */
import { TuttiError } from "../errors.ts";
import { meritKey, type CallOutcome, type Merit, type MeritStore } from "../ports/merit-store.ts";
import type { ChosenExpert } from "../run/events.ts";
import { breakerOf } from "../select/breaker.ts";
import type { Merits } from "../select/merit-selector.ts";
import { addOutcome, HALF_LIFE_MS } from "../select/merit.ts";
import { summaryOf, type MeritSummary } from "../select/summary.ts";
import { Trials, type Probe } from "./trials.ts";

export interface MeritBookOptions {
  readonly store: MeritStore;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Asks an expert that fails whether it could work, before a user's step tries it. */
  readonly probe?: Probe | undefined;
  readonly onError: (error: unknown, what: string) => void;
  /** Experts that are remembered at most: those that were chosen from last. @default 5000 */
  readonly most?: number;
}

/** Milliseconds for which outcomes are gathered, and written in one go. */
const GATHER_MS = 200;
/** What was read longer ago is read again when it is asked for, milliseconds. */
const FRESH_MS = 1000;
/** Outcomes that wait while the store is away; the oldest are dropped. */
const MOST_UNSAVED = 10_000;
/** Experts that are read in one round trip. */
const PAGE = 1000;
/** Of a store that is away, one is told this often, milliseconds. */
const TELL_EVERY_MS = 60_000;

interface Known {
  readonly merit: Merit | undefined;
  /** By `now`. */
  readonly readAt: number;
}

export class MeritBook implements Merits {
  readonly #options: MeritBookOptions;
  readonly #trials: Trials;
  /** By `meritKey`, what was used last at the end. */
  readonly #known = new Map<string, Known>();
  readonly #stale = new Map<string, ChosenExpert>();
  #unsaved: CallOutcome[] = [];
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Infinity;
  #syncing: Promise<void> = Promise.resolve();
  #isClosed = false;
  #toldAt = -Infinity;

  constructor(options: MeritBookOptions) {
    this.#options = options;
    const { store, now, probe } = options;
    this.#trials = new Trials({
      store,
      now,
      probe,
      onFailure: (outcome) => this.add(outcome),
      onError: (error) => this.#tell(error, "asking for a trial call"),
    });
  }

  of(expert: ChosenExpert): Merit | undefined {
    return this.#known.get(meritKey(expert))?.merit;
  }

  /** Whether the expert is to be left alone, or only tried. */
  isFailing(expert: ChosenExpert): boolean {
    return breakerOf(this.of(expert), this.#options.now()).state !== "closed";
  }

  takeTrial(card: Parameters<Merits["takeTrial"]>[0]): boolean {
    return !this.#isClosed && this.#trials.take(card);
  }

  /** Counts a call, here at once, and for all processes soon. Never throws. */
  add(outcome: CallOutcome): void {
    if (!Number.isFinite(outcome.at)) return;
    const key = meritKey({ id: outcome.expert, version: outcome.version });
    const known = this.#known.get(key);
    this.#remember(key, {
      merit: addOutcome(known?.merit, outcome, HALF_LIFE_MS),
      readAt: known?.readAt ?? -Infinity,
    });
    this.#unsaved.push(outcome);
    if (this.#unsaved.length > MOST_UNSAVED) this.#unsaved.shift();
    this.#syncIn(GATHER_MS);
  }

  /** Reads what is known of these in the background. */
  follow(experts: readonly ChosenExpert[]): void {
    const now = this.#options.now();
    for (const { id, version } of experts) {
      const key = meritKey({ id, version });
      const known = this.#known.get(key);
      if (known) this.#remember(key, known);
      if (!known || now - known.readAt >= FRESH_MS) this.#stale.set(key, { id, version });
    }
    if (this.#stale.size > 0) this.#syncIn(0);
  }

  /** By `id@version`, what all processes know; where the store is away, what is known here. */
  async summaries(experts: readonly ChosenExpert[]): Promise<ReadonlyMap<string, MeritSummary>> {
    await this.#sync();
    const now = this.#options.now();
    const summaries = new Map<string, MeritSummary>();
    for (const page of pagesOf(experts)) {
      const found = await this.#ask(page);
      for (const expert of page) {
        const summary = summaryOf(found ? found.get(meritKey(expert)) : this.of(expert), now);
        if (summary) summaries.set(meritKey(expert), summary);
      }
    }
    return summaries;
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#sync();
  }

  #syncIn(ms: number): void {
    const dueAt = performance.now() + ms;
    if (this.#isClosed || dueAt >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => void this.#sync(), ms).unref();
  }

  /** One after the other: what was read before something was written would not hold it. Never rejects. */
  #sync(): Promise<void> {
    this.#dueAt = Infinity;
    clearTimeout(this.#timer);
    return (this.#syncing = this.#syncing.then(() => this.#writeAndRead()));
  }

  async #writeAndRead(): Promise<void> {
    const { store } = this.#options;
    const outcomes = this.#unsaved;
    this.#unsaved = [];
    try {
      await store.record(outcomes);
    } catch (error) {
      this.#unsaved = [...outcomes, ...this.#unsaved].slice(-MOST_UNSAVED);
      this.#tell(error, "recording how calls of experts went");
      this.#syncIn(FRESH_MS);
    }
    const experts = [...this.#stale.values()];
    this.#stale.clear();
    for (const page of pagesOf(experts)) await this.#refresh(page);
  }

  /** What could not be read counts as read: it is not asked for again at once. */
  async #refresh(experts: readonly ChosenExpert[]): Promise<void> {
    const found = await this.#ask(experts);
    const readAt = this.#options.now();
    for (const key of experts.map(meritKey)) {
      const merit = found ? this.#withUnsaved(key, found.get(key)) : this.#known.get(key)?.merit;
      this.#remember(key, { merit, readAt });
    }
  }

  async #ask(experts: readonly ChosenExpert[]): Promise<ReadonlyMap<string, Merit> | undefined> {
    try {
      return await this.#options.store.read(experts);
    } catch (error) {
      this.#tell(error, "reading how calls of experts went");
      return undefined;
    }
  }

  #withUnsaved(key: string, merit: Merit | undefined): Merit | undefined {
    return this.#unsaved
      .filter(({ expert, version }) => meritKey({ id: expert, version }) === key)
      .reduce((sum, outcome) => addOutcome(sum, outcome, HALF_LIFE_MS), merit);
  }

  #remember(key: string, known: Known): void {
    const { most = 5000 } = this.#options;
    this.#known.delete(key);
    this.#known.set(key, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
  }

  #tell(error: unknown, what: string): void {
    if (this.#isClosed && error instanceof TuttiError && error.code === "shutting-down") return;
    if (performance.now() - this.#toldAt < TELL_EVERY_MS) return;
    this.#toldAt = performance.now();
    this.#options.onError(error, what);
  }
}

function pagesOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / PAGE) }, (_, page) => all.slice(page * PAGE, (page + 1) * PAGE));
}
