/**
 * Ageing without touching a waiting job. BullMQ serves smaller numbers first, 1 to 2^21 - 1, equal ones as they came. Everybody who waits
 * grows older at the same pace, so who is ahead of whom never changes while they wait: a job of priority p gets the number that a job of
 * priority 0 would get that became due p * ageMs later. The number counts ticks of ageMs / 4.
 *
 * The numbers suffice for one lap of 2^21 ticks (61 days for ageMs = 10 s); then they begin anew, below those that still wait. Therefore
 * whoever enters a new lap moves the jobs of the old one to the very front, once (`isOfLastLap`).
 */
import type { Job } from "../ports/job-queue.ts";

const TICKS_PER_LEVEL = 4;
const LEVELS = 10;
const LARGEST = 2 ** 21 - 1;
/** The highest numbers are kept for the less urgent jobs at a lap's end: they must not come out small. */
const LAP_TICKS = LARGEST - LEVELS * TICKS_PER_LEVEL;

export interface Priorities {
  /** The job's number, if it is due at `dueAt` (epoch milliseconds). */
  numberOf(job: Job, dueAt: number): number;
  lapOf(now: number): number;
}

/** @param ageMs Milliseconds of waiting that are worth one level of priority. */
export function createPriorities(ageMs: number): Priorities {
  const tickMs = ageMs / TICKS_PER_LEVEL;
  const ticksAt = (time: number): number => Math.floor(time / tickMs);
  return {
    numberOf: ({ priority }, dueAt) => 1 + (ticksAt(dueAt) % LAP_TICKS) + priority * TICKS_PER_LEVEL,
    lapOf: (now) => Math.floor(ticksAt(now) / LAP_TICKS),
  };
}

/** Whether a number seen early in a lap is left over from the one before. */
export function isOfLastLap(number: number): boolean {
  return number > LARGEST / 2;
}
/** Moved here, a job is ahead of all that came in this lap. */
export const FRONT = 1;
