/** Which jobs of a run are on a queue, and the news that a worker, in whatever process, is to stop one. */
import type { Redis } from "ioredis";
import type { Job } from "../ports/job-queue.ts";
import { lanes, type Lane } from "../registry/expert-card.ts";
import type { StreamFeed } from "./redis-stream-feed.ts";

export interface CancellationOptions {
  readonly redis: Redis;
  readonly feed: StreamFeed;
  readonly prefix: string;
  readonly onError: (error: unknown) => void;
}

/** What is kept of a run whose end nobody told, milliseconds after its last job. */
const KEPT_MS = 7 * 24 * 3_600_000;
/** Stops that are kept for processes that lost their connection, and for deliveries that are still on their way. */
const KEPT_STOPS = 1000;

export class Cancellations {
  readonly #options: CancellationOptions;
  readonly #stream: string;
  readonly #active = new Map<string, () => void>();
  readonly #early = new Set<string>();
  #listening: Promise<() => void> | undefined;

  constructor(options: CancellationOptions) {
    this.#options = options;
    this.#stream = `${options.prefix}:stops`;
  }

  /** BullMQ can't be asked for the jobs of a run. */
  async note({ id, runId, lane, notBefore = 0 }: Job): Promise<void> {
    const { redis } = this.#options;
    const key = this.#jobsOf(runId);
    const keptMs = Math.max(0, notBefore - Date.now()) + KEPT_MS;
    await Promise.all([redis.hset(key, id, lane), redis.pexpire(key, Math.ceil(keptMs))]);
  }

  /** One that is left behind does no harm: nothing is found under its id when the run ends. */
  forget(runId: string, ids: readonly string[]): void {
    const { redis, onError } = this.#options;
    if (ids.length > 0) redis.hdel(this.#jobsOf(runId), ...ids).catch(onError);
  }

  /** The run's jobs that may be waiting or active. */
  async jobs(runId: string): Promise<{ readonly id: string; readonly lane: Lane }[]> {
    const found = await this.#options.redis.hgetall(this.#jobsOf(runId));
    return Object.entries(found).flatMap(([id, name]) => {
      const lane = lanes.find((known) => known === name);
      return lane ? [{ id, lane }] : [];
    });
  }

  async stop(delivery: string): Promise<void> {
    await this.#options.redis.xadd(this.#stream, "MAXLEN", "~", KEPT_STOPS, "*", "delivery", delivery);
  }

  /** To be awaited before the first job is taken, so that no stop is missed. */
  async listen(): Promise<void> {
    this.#listening ??= this.#listen();
    await this.#listening;
  }

  /**
   * Calls back if this delivery is to stop, also where the news of it came first.
   * @returns what ends it
   */
  onStop(delivery: string, stop: () => void): () => void {
    this.#active.set(delivery, stop);
    if (this.#early.delete(delivery)) stop();
    return () => this.#active.delete(delivery);
  }

  async #listen(): Promise<() => void> {
    const { redis, feed } = this.#options;
    const [last] = await redis.xrevrange(this.#stream, "+", "-", "COUNT", 1);
    return feed.follow(this.#stream, last?.[0] ?? "0-0", {
      onEntries: (entries) => entries.forEach(({ fields }) => this.#heard(fields[1] ?? "")),
      onConnect: () => {},
    });
  }

  #heard(delivery: string): void {
    const stop = this.#active.get(delivery);
    if (stop) return stop();
    this.#early.add(delivery);
    const [oldest] = this.#early;
    if (this.#early.size > KEPT_STOPS && oldest !== undefined) this.#early.delete(oldest);
  }

  #jobsOf(runId: string): string {
    return `${this.#options.prefix}:jobs:${runId}`;
  }
}
