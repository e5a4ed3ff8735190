/** The places of experts, and the lines before them, of all processes: kept in Redis, one script per step. */
import { z } from "zod";
import { TuttiError } from "../../errors.ts";
import type { Capacity } from "../../ports/capacity.ts";
import { admitToExpert, enterExpert, leaveExpert } from "./lua/capacity.ts";
import { capacityKeys } from "./capacity-keys.ts";
import { closeRedis, connectRedis, DEFAULT_PREFIX, warnOfRedis, type RedisAddress } from "./connection.ts";
import { runScript, type RedisScript } from "./script.ts";

export interface RedisCapacityOptions {
  /** A URL, or a connection whose settings are taken over. */
  readonly connection: RedisAddress;
  /** Starts every key. @default "{tutti}" */
  readonly prefix?: string;
  /** The clock, epoch milliseconds. @default Date.now */
  readonly now?: () => number;
  /** Told of lost connections; they are made again by themselves. @default a process warning */
  readonly onError?: (error: Error) => void;
}

/** While Redis is away, a call waits for some ten seconds before it rejects; whether it had an effect is unknown then. */
const TRIES_PER_CALL = 20;

const hasPlaceSchema = z.union([z.literal(0), z.literal(1)]);
const expertSchema = z.string().nullable();
const jobsSchema = z.array(z.string());

/**
 * A place outlives the process that took it: `held` finds those that nobody gives back. Where the answer to `admit` is
 * lost with the connection, its jobs have places without anybody having been told; they learn of it when they `enter`
 * again. After `close`, all calls reject with TuttiError `shutting-down`.
 */
export function createRedisCapacity({
  connection,
  prefix = DEFAULT_PREFIX,
  now = Date.now,
  onError = warnOfRedis,
}: RedisCapacityOptions): Capacity {
  const { fixed, base } = capacityKeys(prefix);
  const [, queued, since, lines] = fixed;
  const redis = connectRedis(connection, { maxRetriesPerRequest: TRIES_PER_CALL }, onError);
  let closed = false;

  function assertOpen(): void {
    if (closed) throw new TuttiError("shutting-down", "The capacity of experts is closed.");
  }

  async function run(script: RedisScript, ...values: readonly (string | number)[]): Promise<unknown> {
    assertOpen();
    return runScript(redis, script, fixed, [base, ...values]);
  }

  return {
    async enter(expert, jobId, { limit, order }) {
      return hasPlaceSchema.parse(await run(enterExpert, expert, jobId, limit, order, now())) === 1;
    },
    async leave(jobId) {
      return expertSchema.parse(await run(leaveExpert, jobId)) ?? undefined;
    },
    async admit(expert, limit) {
      return jobsSchema.parse(await run(admitToExpert, expert, limit, now()));
    },
    async lines() {
      assertOpen();
      return redis.smembers(lines);
    },
    async waiting(jobIds) {
      assertOpen();
      if (jobIds.length === 0) return new Set();
      const found = await redis.hmget(queued, ...jobIds);
      return new Set(jobIds.filter((_, index) => found[index] !== null));
    },
    async held(before, limit) {
      assertOpen();
      return redis.zrangebyscore(since, "-inf", `(${before}`, "LIMIT", 0, limit);
    },
    async close() {
      closed = true;
      closeRedis(redis);
    },
  };
}
