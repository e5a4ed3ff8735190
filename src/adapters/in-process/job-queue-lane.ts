/** One lane: gives the jobs of its backlog to its workers, and takes back what they could not finish. */
import type { Job, JobHandler, LaneCounts, LaneWorker } from "../../ports/job-queue.ts";
import { Backlog, type Entry } from "./job-queue-backlog.ts";
import { createWorker, type Worker } from "./job-queue-worker.ts";

export interface LaneOptions {
  readonly now: () => number;
  readonly ageMs: number;
  /** The job's outcome is recorded, or nobody wants it any more. */
  readonly onDone: (entry: Entry) => void;
  readonly onError: (error: unknown, job: Job) => void;
}

/** Pauses before the next delivery of a job whose handler rejected: doubling from the first to the last. */
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5000;

export class LaneQueue {
  readonly #options: LaneOptions;
  readonly #backlog: Backlog;
  readonly #workers = new Set<Worker>();
  #feedPlanned = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#backlog = new Backlog({ now: options.now, ageMs: options.ageMs, onDue: () => this.#planFeed() });
  }

  add(entry: Entry): void {
    this.#backlog.add(entry, entry.job.notBefore ?? 0);
  }

  /** Forgets a job, or tells the handler that has it to stop. */
  cancel(entry: Entry, reason: Error): void {
    if (entry.home) {
      this.#backlog.remove(entry);
      this.#options.onDone(entry);
    } else {
      entry.canceled = true;
      entry.abort?.abort(reason);
    }
  }

  counts(): LaneCounts {
    const workers = [...this.#workers];
    return {
      waiting: this.#backlog.waiting,
      delayed: this.#backlog.delayed,
      active: workers.reduce((sum, worker) => sum + worker.active(), 0),
      workers: workers.filter((worker) => worker.isOpen()).length,
    };
  }

  work(concurrency: number, handler: JobHandler): LaneWorker {
    const worker = createWorker({
      concurrency,
      handler,
      onDone: (entry) => this.#leave(entry),
      onFailed: (entry, error) => this.#failed(entry, error),
      onReturned: (entry) => this.#returned(entry),
    });
    this.#workers.add(worker);
    this.#planFeed();
    return {
      close: async (graceMs) => {
        await worker.close(graceMs);
        this.#workers.delete(worker);
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#workers, (worker) => worker.close(0)));
    this.#backlog.close();
  }

  #leave(entry: Entry): void {
    this.#options.onDone(entry);
    this.#planFeed();
  }

  #returned(entry: Entry): void {
    if (entry.canceled) this.#leave(entry);
    else this.#backlog.putBack(entry);
  }

  #failed(entry: Entry, error: unknown): void {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** entry.failures, LAST_PAUSE_MS);
    entry.failures += 1;
    this.#backlog.add(entry, this.#options.now() + pause);
    this.#planFeed();
    this.#options.onError(error, entry.job);
  }

  /** Jobs start in a later turn of the event loop, so that a long series of quick ones never starves it. */
  #planFeed(): void {
    if (this.#feedPlanned) return;
    this.#feedPlanned = true;
    setImmediate(() => this.#feed());
  }

  #feed(): void {
    this.#feedPlanned = false;
    for (const worker of this.#workers) {
      while (worker.hasRoom()) {
        const entry = this.#backlog.take();
        if (!entry) return;
        worker.start(entry);
      }
    }
  }
}
