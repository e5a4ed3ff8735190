/** What to do after a failed attempt: try again, go to the next expert, or give up. Pure. */
import type { NextAttempt, NodeError } from "../run/events.ts";
import type { NodeState } from "../run/state.ts";

export interface RetryPolicy {
  /** Attempts with one expert before the next one is tried. */
  readonly attemptsPerExpert: number;
  /** Milliseconds before the second attempt; doubles with each. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
}

export const defaultRetryPolicy: RetryPolicy = { attemptsPerExpert: 2, backoffMs: 250, maxBackoffMs: 30_000 };

/** Faults that another expert would meet as well. */
const hopeless: ReadonlySet<string> = new Set(["bad-input", "canceled", "invalid-plan", "not-understood", "too-large"]);

/** @returns undefined where the node is to be given up */
export function nextAttempt(
  node: NodeState,
  error: NodeError,
  now: number,
  policy: RetryPolicy = defaultRetryPolicy,
): NextAttempt | undefined {
  if (hopeless.has(error.code)) return undefined;
  const current = node.expert?.id;
  const tries = 1 + node.failedAttempts.filter((failed) => failed.expert?.id === current).length;
  if (error.retryable && tries < policy.attemptsPerExpert) {
    const backoff = Math.min(policy.maxBackoffMs, policy.backoffMs * 2 ** (tries - 1));
    return { expertIndex: node.expertIndex, notBefore: now + backoff };
  }
  const following = node.expertIndex + 1;
  return following < node.experts.length ? { expertIndex: following, notBefore: now } : undefined;
}
