/** The jobs of one lane that no worker has: those that are due, in their order, and those that are not yet. */
import type { Job } from "../../ports/job-queue.ts";
import { Heap, type HeapItem } from "./job-queue-heap.ts";

/** A job that the queue knows of, until it is done. */
export interface Entry extends HeapItem {
  readonly job: Job;
  /** How often a handler has rejected. */
  failures: number;
  /** Asked to be forgotten while a worker had it. */
  canceled: boolean;
  /** Aborts the delivery that is going on, if one is. */
  abort?: AbortController;
  /** Which of the backlog's heaps it is in; none while a worker has it. */
  home?: Heap<Entry> | undefined;
}

export interface BacklogOptions {
  readonly now: () => number;
  /** Milliseconds of waiting that are worth one level of priority. */
  readonly ageMs: number;
  /** Called when a job has become due. */
  readonly onDue: () => void;
}

/** Timers are set no longer than this, so that a job is not late by more when the machine's clock is moved. */
const LONGEST_TIMER_MS = 60_000;

export class Backlog {
  readonly #options: BacklogOptions;
  readonly #waiting = new Heap<Entry>();
  readonly #delayed = new Heap<Entry>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get delayed(): number {
    return this.#delayed.size;
  }

  add(entry: Entry, notBefore: number): void {
    const now = this.#options.now();
    if (notBefore <= now) return this.#queue(entry, now);
    entry.order = notBefore;
    this.#put(entry, this.#delayed);
    this.#setTimer();
  }

  /** Puts an entry that was taken back into the place that it had. */
  putBack(entry: Entry): void {
    this.#put(entry, this.#waiting);
    this.#options.onDue();
  }

  /** Takes out the entry whose turn it is; undefined if none is due. */
  take(): Entry | undefined {
    const entry = this.#waiting.first;
    if (entry) this.remove(entry);
    return entry;
  }

  remove(entry: Entry): void {
    entry.home?.remove(entry);
    entry.home = undefined;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /**
   * Everybody who waits grows older at the same pace, so who is ahead of whom never changes while they wait: a job of
   * priority p stands where a job of priority 0 would that came p * ageMs later. No waiting job is ever looked at again.
   */
  #queue(entry: Entry, dueSince: number): void {
    entry.order = dueSince + entry.job.priority * this.#options.ageMs;
    this.putBack(entry);
  }

  #put(entry: Entry, home: Heap<Entry>): void {
    entry.home = home;
    home.add(entry);
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const next = this.#delayed.first;
    if (!next) return;
    const wait = Math.min(Math.max(next.order - this.#options.now(), 0), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.#queueDue(), wait);
  }

  #queueDue(): void {
    const now = this.#options.now();
    for (let next = this.#delayed.first; next && next.order <= now; next = this.#delayed.first) {
      this.remove(next);
      this.#queue(next, next.order);
    }
    this.#setTimer();
  }
}
