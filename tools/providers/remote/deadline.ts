/** The time that a call has. */
import { TuttiError } from "../../../src/errors.ts";
import type { FetchOptions } from "../../../src/net/guarded-fetch.ts";

export interface Deadline {
  /** Milliseconds; never less than 1, which then is what runs out. */
  readonly left: () => number;
}

export function deadlineIn(ms: number): Deadline {
  const end = performance.now() + ms;
  return { left: () => Math.max(1, Math.ceil(end - performance.now())) };
}

/** Limits of a fetch that may take all the time there is: an expert thinks before it answers. */
export function within(deadline: Deadline): NonNullable<FetchOptions["limits"]> {
  return { totalMs: deadline.left(), firstByteMs: deadline.left() };
}

/** @throws TuttiError `canceled`, or whatever else the signal was aborted with */
export function assertWanted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  const reason: unknown = signal.reason;
  throw reason instanceof TuttiError ? reason : new TuttiError("canceled", "the call is not wanted any more");
}
