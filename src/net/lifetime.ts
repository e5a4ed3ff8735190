/** The life of one fetch: whatever ends it, ends all of it. */
import { TuttiError } from "../errors.ts";

export interface Lifetime {
  /** Aborted when it ends. */
  readonly signal: AbortSignal;
  /** Why it ended; undefined while it goes on. */
  readonly ended: () => TuttiError | undefined;
  /** Calls back when it ends, at once if it has. What it gives takes that back. */
  readonly onEnd: (listener: (reason: TuttiError) => void) => () => void;
  /** Ends all after so many milliseconds, as `timeout`, unless it is stopped. */
  readonly clock: (ms: number, message: string) => Clock;
  readonly end: (reason?: TuttiError) => void;
}

export interface Clock {
  readonly restart: () => void;
  readonly stop: () => void;
}

/** Longer ones would ring at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * @param signal the caller's
 * @param what is going on, for the message when it takes too long
 */
export function beginLife(signal: AbortSignal | undefined, totalMs: number, what: string): Lifetime {
  const ending = new AbortController();
  const clock = (ms: number, message: string): Clock => {
    const late = (): void => end(new TuttiError("timeout", message, { retryable: true }));
    const timer = setTimeout(late, Math.min(Math.max(ms, 0), LONGEST_TIMER));
    return { restart: () => void timer.refresh(), stop: () => clearTimeout(timer) };
  };
  let ended: TuttiError | undefined;
  const listeners = new Set<(reason: TuttiError) => void>();
  const total = clock(totalMs, `${what} was not done within ${seconds(totalMs)}`);
  const cancel = (): void => end(asReason(signal?.reason));
  function end(reason = new TuttiError("canceled", "the fetch is over")): void {
    if (ended) return;
    ended = reason;
    total.stop();
    signal?.removeEventListener("abort", cancel);
    for (const listener of listeners) listener(reason);
    ending.abort(reason);
  }
  function onEnd(listener: (reason: TuttiError) => void): () => void {
    if (ended) listener(ended);
    else listeners.add(listener);
    return () => void listeners.delete(listener);
  }
  signal?.addEventListener("abort", cancel, { once: true });
  if (signal?.aborted) cancel();
  return { signal: ending.signal, ended: () => ended, onEnd, clock, end };
}

export function seconds(ms: number): string {
  return `${ms / 1000} s`;
}

/** For work that can't be ended: it is left alone. */
export async function unlessEnded<T>(work: Promise<T>, { onEnd }: Lifetime): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const forget = onEnd(reject);
  try {
    return await Promise.race([work, promise]);
  } finally {
    forget();
  }
}

function asReason(reason: unknown): TuttiError {
  if (reason instanceof TuttiError) return reason;
  const isLate = reason instanceof Error && reason.name === "TimeoutError";
  return isLate
    ? new TuttiError("timeout", "it was not done in time", { cause: reason, retryable: true })
    : new TuttiError("canceled", "it is not wanted any more", { cause: reason });
}
