/**
 * Ageing without touching a waiting job. BullMQ serves smaller numbers first, 1 to 2^21 - 1, equal ones as they came.
 * Everybody who waits grows older at the same pace, so who is ahead of whom never changes while they wait: a job of
 * priority p gets the number that a job of priority 0 would get that became due p * ageMs later. The number counts ticks
 * of ageMs / 4.
 *
 * The numbers suffice for one lap of 2^21 ticks (61 days for ageMs = 10 s); then they begin anew, below those that still
 * wait. Therefore whoever enters a new lap moves what is left of the old one to the very front, once.
 */
const TICKS_PER_LEVEL = 4;
const LEVELS = 10;
const LARGEST = 2 ** 21 - 1;
/** The highest numbers are kept for the less urgent jobs at a lap's end: theirs must not come out small. */
const TICKS_PER_LAP = LARGEST - LEVELS * TICKS_PER_LEVEL;

/** Moved here, a job is ahead of all that came in this lap. */
export const FRONT = 1;

export interface Priorities {
  /**
   * The number of a job that is due from then on.
   * @param priority 0 (first) to 9 (last).
   * @param dueAt Epoch milliseconds.
   */
  readonly numberOf: (priority: number, dueAt: number) => number;
  readonly lapOf: (now: number) => number;
  /** Whether a waiting job got its number in the lap before: it is far ahead of the clock. */
  readonly isLeftOver: (number: number, now: number) => boolean;
}

/** @param ageMs Milliseconds of waiting that are worth one level of priority. */
export function createPriorities(ageMs: number): Priorities {
  const ticksAt = (time: number): number => Math.floor((time * TICKS_PER_LEVEL) / ageMs);
  const placeInLap = (time: number): number => ticksAt(time) % TICKS_PER_LAP;
  return {
    numberOf: (priority, dueAt) => 1 + placeInLap(dueAt) + priority * TICKS_PER_LEVEL,
    lapOf: (now) => Math.floor(ticksAt(now) / TICKS_PER_LAP),
    isLeftOver: (number, now) => number - placeInLap(now) > TICKS_PER_LAP / 2,
  };
}
