/** Hands out the trial calls of experts that fail: one at a time over all processes, without letting a choice wait. */
import { asTuttiError } from "../errors.ts";
import { meritKey, type CallOutcome, type MeritStore } from "../ports/merit-store.ts";
import type { ExpertCard } from "../registry/expert-card.ts";

/** Resolves where the expert could work, or can't be asked. @throws TuttiError saying why it couldn't */
export type Probe = (card: ExpertCard, signal: AbortSignal) => Promise<void>;

export interface TrialsOptions {
  readonly store: Pick<MeritStore, "claimTrial">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly probe?: Probe | undefined;
  /** Told of probes that failed, as of calls. */
  readonly onFailure: (outcome: CallOutcome) => void;
  readonly onError: (error: unknown) => void;
}

/** Milliseconds after which one that another process has is asked for again. */
const AGAIN_MS = 1000;
const PROBE_MS = 10_000;
/** A trial has the time of a call, and this for waiting in a queue, milliseconds. */
const QUEUE_MS = 5000;
const LONGEST_MS = 60_000;
/** Experts whose trials are remembered; with more, all begin anew. */
const MOST = 5000;

interface Trial {
  /** Whether this process may give it to a step. */
  readonly isHeld: boolean;
  /** Epoch milliseconds before which it is not asked for. */
  readonly againAt: number;
}

export class Trials {
  readonly #options: TrialsOptions;
  /** By `meritKey`. */
  readonly #trials = new Map<string, Trial>();

  constructor(options: TrialsOptions) {
    this.#options = options;
  }

  /** Asks for the trial where it has not got it: whoever comes next may be luckier. */
  take(card: ExpertCard): boolean {
    const key = meritKey(card);
    const { isHeld, againAt } = this.#trials.get(key) ?? { isHeld: false, againAt: 0 };
    if (isHeld) this.#set(key, { isHeld: false, againAt: this.#options.now() + lengthOf(card) });
    else if (this.#options.now() >= againAt) void this.#claim(card, key);
    return isHeld;
  }

  /** Never rejects. */
  async #claim(card: ExpertCard, key: string): Promise<void> {
    const { store, now, onError } = this.#options;
    const ms = lengthOf(card);
    this.#set(key, { isHeld: false, againAt: Infinity });
    try {
      const isMine = await store.claimTrial(card.id, card.version, ms);
      const isHeld = isMine && (await this.#answers(card));
      this.#set(key, { isHeld, againAt: now() + AGAIN_MS });
    } catch (error) {
      this.#set(key, { isHeld: false, againAt: now() + AGAIN_MS });
      onError(error);
    }
  }

  async #answers(card: ExpertCard): Promise<boolean> {
    const { probe, now, onFailure } = this.#options;
    try {
      await probe?.(card, AbortSignal.timeout(PROBE_MS));
      return true;
    } catch (thrown) {
      const { code, message } = asTuttiError(thrown, "expert-unavailable");
      onFailure({ expert: card.id, version: card.version, at: now(), ok: false, error: { code, message } });
      return false;
    }
  }

  #set(key: string, trial: Trial): void {
    if (this.#trials.size > MOST) this.#trials.clear();
    this.#trials.set(key, trial);
  }
}

function lengthOf({ limits }: ExpertCard): number {
  return Math.min(LONGEST_MS, limits.timeoutMs) + QUEUE_MS;
}
