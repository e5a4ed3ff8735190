/** What is known of an expert's calls, as counts that decay: adding to them, and reading them. */
import { TuttiError } from "../errors.ts";
import type { CallOutcome, Merit } from "../ports/merit-store.ts";

/** The time in which a count halves, milliseconds. */
export const HALF_LIFE_MS = 3_600_000;

/** Who was not called for so many half-lives is as one who never was: stores may forget. */
export const HALF_LIVES_KEPT = 720;

/**
 * Upper ends of the buckets of `Merit.latency`: 1 ms to 70 minutes, each √2 times the one before, so that a quantile above
 * 1 ms is off by less than half. The last one also takes what is longer. Stores hold counts by these: other ends need other stores.
 */
export const BUCKETS_MS: readonly number[] = Array.from({ length: 45 }, (_, index) => 2 ** (index / 2));

/** Calls that the expectation of an expert weighs as much as. */
export const CALLS_OF_PRIOR = 5;
/** Of the last error's message, characters. */
const LONGEST_MESSAGE = 500;

/**
 * Outcomes may come in any order of their times, with the same result but for `failedInRow`, which goes by the order of
 * coming. Exponential decay as of the newest outcome (Cormode, Shkapenyuk, Srivastava, Xu, "Forward decay", 2009).
 * Milliseconds and dollars below zero (clocks of two machines) or not finite count as none.
 * @throws TuttiError `internal` where `at` is no time: it would spoil the merit for ever
 */
export function addOutcome(merit: Merit | undefined, outcome: CallOutcome, halfLifeMs: number): Merit {
  const { at, ok, runMs } = outcome;
  if (!Number.isFinite(at)) throw new TuttiError("internal", `The call of ${outcome.expert} ended at no time (${at}).`);
  const before = decay(merit ?? nothingYet(at), at, halfLifeMs);
  const weight = remaining(before.at - at, halfLifeMs);
  return {
    calls: before.calls + weight,
    failures: before.failures + (ok ? 0 : weight),
    latency: ok && Number.isFinite(runMs) ? addLatency(before.latency, amount(runMs), weight) : before.latency,
    queueMs: before.queueMs + weight * amount(outcome.queueMs),
    cost: before.cost + weight * amount(outcome.cost),
    failedInRow: ok ? 0 : before.failedInRow + 1,
    lastError: at < (before.lastError?.at ?? at) ? before.lastError : (faultOf(outcome) ?? before.lastError),
    at: before.at,
  };
}

/** The merit as of then, epoch milliseconds; as it is where that is before its own moment. */
export function decay(merit: Merit, at: number, halfLifeMs: number): Merit {
  if (at <= merit.at) return merit;
  const left = remaining(at - merit.at, halfLifeMs);
  return {
    ...merit,
    calls: merit.calls * left,
    failures: merit.failures * left,
    latency: merit.latency.map((count) => count * left),
    queueMs: merit.queueMs * left,
    cost: merit.cost * left,
    at,
  };
}

/**
 * The time within which a share of the calls that were ok ended, milliseconds; undefined where there was none. Calls are
 * taken to lie evenly in their bucket.
 * @param p 0..1: 0.5 for the median
 */
export function quantile({ latency }: Pick<Merit, "latency">, p: number): number | undefined {
  const wanted = p * latency.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  let end: number | undefined;
  for (const [index, count] of latency.entries()) {
    if (count <= 0) continue;
    const start = BUCKETS_MS[index - 1] ?? 0;
    end = BUCKETS_MS[index] ?? start;
    if (seen + count >= wanted) return start + ((wanted - seen) / count) * (end - start);
    seen += count;
  }
  return end;
}

/**
 * The share of calls that an expert can be expected to do its part in, 0..1: what was seen, and what was expected of it as
 * so many calls more (the mean of a beta distribution). What decays goes back to what was expected: so decay it first.
 * @param expected 0..1
 */
export function successShare(merit: Merit | undefined, expected: number, calls = CALLS_OF_PRIOR): number {
  const { calls: seen, failures } = merit ?? { calls: 0, failures: 0 };
  return (Math.max(0, seen - failures) + expected * calls) / (seen + calls);
}

function nothingYet(at: number): Merit {
  return { calls: 0, failures: 0, latency: BUCKETS_MS.map(() => 0), queueMs: 0, cost: 0, failedInRow: 0, at };
}

/** Of an outcome of that age, what counts. */
function remaining(ageMs: number, halfLifeMs: number): number {
  return 0.5 ** (ageMs / halfLifeMs);
}

/** Cut to what may be stored by the thousand, and to what every reader of JSON takes: no half of a surrogate pair. */
function faultOf({ ok, error, at }: CallOutcome): Merit["lastError"] {
  if (ok || !error) return undefined;
  return { code: error.code, message: error.message.slice(0, LONGEST_MESSAGE).toWellFormed(), at };
}

function addLatency(latency: readonly number[], runMs: number, weight: number): readonly number[] {
  const found = BUCKETS_MS.findIndex((end) => runMs <= end);
  return latency.with(found < 0 ? -1 : found, (latency.at(found) ?? 0) + weight);
}

function amount(value = 0): number {
  return value > 0 && Number.isFinite(value) ? value : 0;
}
