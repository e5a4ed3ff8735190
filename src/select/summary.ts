/** What is known of an expert's calls, as somebody wants to look at it. Pure. */
import type { Merit } from "../ports/merit-store.ts";
import { breakerOf, type BreakerState } from "./breaker.ts";
import { decay, HALF_LIFE_MS, quantile } from "./merit.ts";

export interface MeritSummary {
  /** About so many: calls of an hour ago count half. */
  readonly calls: number;
  /** Of the calls, 0..1. */
  readonly successShare: number;
  /** Milliseconds, of calls that went well, loading left out; undefined where none did. */
  readonly p50Ms?: number | undefined;
  readonly p95Ms?: number | undefined;
  /** Mean milliseconds between being ready and being begun. */
  readonly queueMs: number;
  /** Mean US dollars of a call. */
  readonly cost: number;
  /** `at` is epoch milliseconds. */
  readonly lastError?: Merit["lastError"];
  /** Open: it fails, and is left alone. Half-open: one call may try it. */
  readonly state: BreakerState;
  /** Failures since the last call that went well. */
  readonly failedInRow: number;
}

/** Undefined where nothing is left of what was known. @param now epoch milliseconds */
export function summaryOf(known: Merit | undefined, now: number): MeritSummary | undefined {
  const merit = known && decay(known, now, HALF_LIFE_MS);
  if (!merit || merit.calls <= 0) return undefined;
  const { calls, failures, queueMs, cost, lastError, failedInRow } = merit;
  return {
    calls,
    successShare: Math.min(1, Math.max(0, 1 - failures / calls)),
    p50Ms: quantile(merit, 0.5),
    p95Ms: quantile(merit, 0.95),
    queueMs: queueMs / calls,
    cost: cost / calls,
    lastError,
    state: breakerOf(known, now).state,
    failedInRow,
  };
}
