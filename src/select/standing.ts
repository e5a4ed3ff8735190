/** How good a choice an expert is: what was measured of it, and what is said of it, as one number. Pure. */
import type { Merit } from "../ports/merit-store.ts";
import type { ExpertCard } from "../registry/expert-card.ts";
import { breakerOf, type Breaker } from "./breaker.ts";
import { CALLS_OF_PRIOR, decay, HALF_LIFE_MS, quantile, successShare } from "./merit.ts";

export interface Standing {
  readonly card: ExpertCard;
  readonly breaker: Breaker;
  /** Decayed counts as of now; undefined where nothing is known. */
  readonly merit: Merit | undefined;
  /** Milliseconds; of calls that went well. */
  readonly p95Ms: number | undefined;
  /** Whether it was called a short time ago, so that its model is still loaded. */
  readonly isWarm: boolean;
  /** See `standingOf`. */
  readonly score: number;
  /** The score that it may turn out to have, for all that so few calls can tell. */
  readonly hope: number;
}

/**
 * Of its calls, how many an expert does its part in before anything is known: most do. That it is optimistic lets who is
 * new begin where those are that never fail, and the first failures tell (Sutton & Barto, "Reinforcement Learning", 2018,
 * 2.6). Weighs as much as 5 calls, see `successShare`.
 */
const EXPECTED_SUCCESS = 0.98;
/**
 * Calls measure whether an expert works, and not how good its results are; that is only said of it, on its card. Where
 * one is said to be as good as can be and another to be of no use, the first may fail a quarter of its calls more.
 */
const SAID = 0.25;
/** Of success, what ten times the duration, or ten times the price, is worth. */
const TENFOLD = 0.02;
/** Durations and prices below these make no difference, milliseconds and US dollars. */
const SHORT_MS = 100;
const CHEAP = 0.001;
/** What an expert takes as long as nobody knows, milliseconds. */
const UNKNOWN_MS = 1000;
/** What loading a model costs. */
const COLD = 0.005;
/** Idle models are let go after so long, milliseconds: see `ProcessPoolOptions.idleMs`. */
const WARM_MS = 600_000;
/** Standard deviations; of a normal distribution, 95 % lie below. */
const DEVIATIONS = 1.64;

/**
 * The score is, in shares of calls that go well,
 *
 *     success + 0.25 said - 0.02 log10(1 + (p95 + queue) / 100 ms) - 0.02 log10(1 + cost / $0.001) - 0.005 where cold
 *
 * with success as the mean of a beta distribution: so success decides first, and among those that work, what is said of
 * them, then time and money. `hope` has the upper end of that distribution in the place of success, as Bayes-UCB does
 * (Kaufmann, Cappé, Garivier, "On Bayesian upper confidence bounds for bandit problems", 2012; after UCB1: Auer,
 * Cesa-Bianchi, Fischer, 2002), with time that is not known taken for none, and its model for loaded: nobody can do better
 * than never to fail, so who can't become the best is not tried.
 * @param now epoch milliseconds
 */
export function standingOf(card: ExpertCard, known: Merit | undefined, now: number): Standing {
  const merit = known && decay(known, now, HALF_LIFE_MS);
  const calls = merit?.calls ?? 0;
  const p95Ms = merit && quantile(merit, 0.95);
  const queueMs = merit && calls > 0 ? merit.queueMs / calls : 0;
  const isWarm = known !== undefined && now - known.at < WARM_MS;
  const lasting = SAID * card.merit - TENFOLD * Math.log10(1 + priceOf(card, merit) / CHEAP);
  const slowness = (ms: number): number => TENFOLD * Math.log10(1 + (ms + queueMs) / SHORT_MS);
  const success = successShare(merit, EXPECTED_SUCCESS);
  const deviation = Math.sqrt((success * (1 - success)) / (calls + CALLS_OF_PRIOR + 1));
  return {
    card,
    breaker: breakerOf(known, now),
    merit,
    p95Ms,
    isWarm,
    score: success + lasting - slowness(p95Ms ?? UNKNOWN_MS) - (isWarm ? 0 : COLD),
    hope: Math.min(1, success + DEVIATIONS * deviation) + lasting - slowness(p95Ms ?? 0),
  };
}

/** US dollars of a call: as measured, where it is measured, else as its card says. */
function priceOf({ cost = 0 }: ExpertCard, merit: Merit | undefined): number {
  return merit && merit.cost > 0 ? merit.cost / merit.calls : cost;
}
