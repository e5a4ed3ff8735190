/** Tells all processes that a worker serves a lane, for as long as it lives: one that is killed is soon forgotten. */
import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { z } from "zod";
import type { Lane } from "../../registry/expert-card.ts";
import { announceWorker, countWorkers } from "../redis/lua/lane-workers.ts";
import { runScript } from "../redis/script.ts";

export interface PresenceOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly lane: Lane;
  readonly onError: (error: unknown) => void;
}

const HEARTBEAT_MS = 2000;
/** A worker that was not heard of for so long is dead: some heartbeats may be late. */
const LIFE_MS = 8000;

export class Presence {
  readonly #options: PresenceOptions;
  readonly #id = randomUUID();
  #heartbeat: NodeJS.Timeout | undefined;
  #telling: Promise<unknown> = Promise.resolve();

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** Resolves when the worker counts; it does from then on, until `withdraw`. */
  async announce(): Promise<void> {
    this.#heartbeat = setInterval(() => void this.#tell(), HEARTBEAT_MS);
    await this.#tell();
  }

  /** Where Redis is away, the worker is forgotten by and by. */
  async withdraw(): Promise<void> {
    clearInterval(this.#heartbeat);
    const { redis, onError } = this.#options;
    if (redis.status !== "ready") return;
    await this.#telling;
    await redis.zrem(workersKey(this.#options), this.#id).catch(onError);
  }

  #tell(): Promise<unknown> {
    const { redis, onError } = this.#options;
    this.#telling = runScript(redis, announceWorker, [workersKey(this.#options)], [this.#id, LIFE_MS]).catch(onError);
    return this.#telling;
  }
}

export async function countLaneWorkers(options: Omit<PresenceOptions, "onError">): Promise<number> {
  return z.number().parse(await runScript(options.redis, countWorkers, [workersKey(options)], []));
}

/** Sorted set of workers by the time at which they count as dead. */
function workersKey({ prefix, lane }: Pick<PresenceOptions, "prefix" | "lane">): string {
  return `${prefix}:workers:${lane}`;
}
