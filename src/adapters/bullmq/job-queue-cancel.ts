/** The news that a worker, in whatever process, is to stop a delivery. */
import type { Redis } from "ioredis";
import type { StreamFeed } from "../redis/stream-feed.ts";

export interface CancellationOptions {
  readonly redis: Redis;
  readonly feed: StreamFeed;
  readonly prefix: string;
}

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
}
