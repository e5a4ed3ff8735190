/** Places at experts: who may be on a lane, so that a slow expert never fills one. */
import type { Capacity } from "../ports/capacity.ts";
import type { Job, JobQueue } from "../ports/job-queue.ts";
import type { Lane } from "../registry/expert-card.ts";
import type { Registry } from "../registry/registry.ts";

/** Milliseconds of waiting for a place that are worth one level of priority, as on the queues. */
const AGE_MS = 10_000;
/** How long a count of workers is believed, milliseconds. */
const COUNT_MS = 1000;

interface Count {
  readonly workers: Promise<number>;
  readonly until: number;
}

export interface PlacesDependencies {
  readonly capacity: Capacity;
  readonly queue: JobQueue;
  readonly registry: Registry;
  /** Puts a job that has got a place on its queue. */
  readonly go: (jobId: string) => void;
}

export class Places {
  readonly #deps: PlacesDependencies;
  readonly #counts = new Map<Lane, Count>();

  constructor(dependencies: PlacesDependencies) {
    this.#deps = dependencies;
  }

  /** @returns whether the job may go; otherwise it waits, and `go` is called in its time */
  async enter(expert: string, job: Job, readyAt: number): Promise<boolean> {
    const order = readyAt + job.priority * AGE_MS;
    return this.#deps.capacity.enter(expert, job.id, { limit: await this.#limitOf(expert), order });
  }

  /** Gives a place back, and hands it on. */
  async leave(jobId: string): Promise<void> {
    const expert = await this.#deps.capacity.leave(jobId);
    if (expert !== undefined) await this.#admit(expert);
  }

  /** There may be room that nobody handed on: one more worker, or a process that died over it. */
  async admitAll(): Promise<void> {
    for (const expert of await this.#deps.capacity.lines()) await this.#admit(expert);
  }

  async #admit(expert: string): Promise<void> {
    const jobs = await this.#deps.capacity.admit(expert, await this.#limitOf(expert));
    jobs.forEach(this.#deps.go);
  }

  async #limitOf(expert: string): Promise<number> {
    const card = this.#deps.registry.newest(expert);
    if (!card) return 1;
    const { concurrency, batch } = card.limits;
    // One batch is computed while the next one gathers.
    const each = Math.max(concurrency, 2 * (batch?.max ?? 0));
    return each * Math.max(1, await this.#workersOf(card.lane));
  }

  #workersOf(lane: Lane): Promise<number> {
    const known = this.#counts.get(lane);
    if (known && known.until > performance.now()) return known.workers;
    const workers = this.#deps.queue.counts(lane).then((counts) => counts.workers);
    this.#counts.set(lane, { workers, until: performance.now() + COUNT_MS });
    workers.catch(() => this.#counts.delete(lane));
    return workers;
  }
}
