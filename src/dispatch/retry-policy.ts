/** What to do after a failed attempt: try again, go to the next expert, or give up. Pure. */
import type { ChosenExpert, NextAttempt, NodeError } from "../run/events.ts";
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

/**
 * Faults that the same expert would most likely show again at once, or that have cost so much time that there is none for
 * a repetition: where there is another expert, it is its turn.
 */
const lasting: ReadonlySet<string> = new Set(["expert-unavailable", "timeout"]);

export interface Circumstances {
  readonly isFailing?: ((expert: ChosenExpert) => boolean) | undefined;
  readonly retryAfterMs?: number | undefined;
}

/**
 * @param retryAfterMs how long the expert wants to be left alone, where it says so
 * @param isFailing whether an expert has failed so often of late that no repetition will help
 * @returns undefined where the node is to be given up
 */
export function nextAttempt(
  node: NodeState,
  error: NodeError,
  now: number,
  policy: RetryPolicy = defaultRetryPolicy,
  { isFailing = () => false, retryAfterMs = 0 }: Circumstances = {},
): NextAttempt | undefined {
  if (hopeless.has(error.code)) return undefined;
  // It may have happened, and nobody wants it twice; what could not be reached has done nothing.
  if (node.spec.effects === "external" && error.code !== "expert-unavailable") return undefined;
  const current = node.experts[node.expertIndex];
  const tries = 1 + node.failedAttempts.filter(({ expert }) => sameExpert(expert, current)).length;
  const following = node.expertIndex + 1;
  const hasFollowing = following < node.experts.length;
  const isOut =
    lasting.has(error.code) || retryAfterMs > policy.maxBackoffMs || (current !== undefined && isFailing(current));
  if (error.retryable && tries < policy.attemptsPerExpert && !(hasFollowing && isOut)) {
    const backoff = Math.min(policy.maxBackoffMs, Math.max(retryAfterMs, policy.backoffMs * 2 ** (tries - 1)));
    return { expertIndex: node.expertIndex, notBefore: now + backoff };
  }
  return hasFollowing ? { expertIndex: following, notBefore: now } : undefined;
}

/** Two versions are two experts. */
function sameExpert(one: ChosenExpert | undefined, other: ChosenExpert | undefined): boolean {
  return one?.id === other?.id && one?.version === other?.version;
}
