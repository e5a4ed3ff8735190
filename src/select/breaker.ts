/**
 * Circuit breaking (Nygard, "Release It!", 2007): who fails again and again is left alone for a while, and then tried with
 * one call. Derived from what is known of an expert's calls, so that there is nothing to keep in step.
 */
import type { Merit } from "../ports/merit-store.ts";

/** `open`: to be left alone. `half-open`: one call may try it. */
export const breakerStates = ["closed", "open", "half-open"] as const;
export type BreakerState = (typeof breakerStates)[number];

export interface Breaker {
  readonly state: BreakerState;
  /** Epoch milliseconds from which on it may be tried; 0 where it is closed. */
  readonly trialAt: number;
}

/** Failures in a row that open it. */
const FAILURES = 3;
/** Milliseconds for which it is open at first; doubles with every failure more. */
const FIRST_MS = 30_000;
const LONGEST_MS = 600_000;

const closed: Breaker = { state: "closed", trialAt: 0 };

/** @param now epoch milliseconds */
export function breakerOf(merit: Merit | undefined, now: number): Breaker {
  if (!merit || merit.failedInRow < FAILURES) return closed;
  const openMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** (merit.failedInRow - FAILURES));
  const trialAt = (merit.lastError?.at ?? merit.at) + openMs;
  return { state: now < trialAt ? "open" : "half-open", trialAt };
}
