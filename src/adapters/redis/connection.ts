/** Connections to Redis. Every adapter makes its own, so that each may close what it has. */
import { Redis, type RedisOptions } from "ioredis";

/** Where Redis is: a URL (`redis:` or `rediss:`), or a connection whose settings are taken over; it is not used itself. */
export type RedisAddress = Redis | string;

/**
 * Starts the keys of everything that Tutti keeps in Redis. The braces are a hash tag: on a Redis Cluster all keys share
 * one slot, without which a commit (a run, the outbox and the indices in one step) could not be atomic there.
 */
export const DEFAULT_PREFIX = "{tutti}";

/** Longest pause between two tries to reach a Redis that is away, milliseconds. */
const LAST_PAUSE_MS = 1000;

/**
 * Without ioredis's automatic pipelines: 200 commits at once took half as long again with them, and where the connection
 * is lost, what a pipeline had not been answered yet is given up instead of being sent again.
 *
 * @param onError Told once of every kind of trouble while the connection is down, not at every try.
 */
export function connectRedis(
  address: RedisAddress,
  options: Pick<RedisOptions, "maxRetriesPerRequest" | "socketTimeout">,
  onError: (error: Error) => void,
): Redis {
  const settings = {
    retryStrategy: (tries: number) => Math.min(tries * 50, LAST_PAUSE_MS),
    // A server that has just begun to load its file guesses that it will take long: ioredis would believe it for 10 s.
    maxLoadingRetryTime: 200,
    // The shapes of answers that the adapters are written for, whatever the lent connection has.
    replyMapping: "legacy" as const,
    ...options,
  };
  const redis = typeof address === "string" ? new Redis(address, settings) : address.duplicate(settings);
  let told: string | undefined;
  redis.on("ready", () => (told = undefined));
  redis.on("error", (error: Error) => {
    if (error.message === told) return;
    told = error.message;
    onError(error);
  });
  return redis;
}

/** Closes the connection; what still waits for an answer rejects. */
export function closeRedis(redis: Redis): void {
  redis.disconnect();
  // Between two tries to connect, ioredis would leave the calls that wait without an end; a last try brings it.
  if (redis.status === "reconnecting")
    redis
      .connect()
      .then(() => redis.disconnect())
      .catch(() => {});
}

export function warnOfRedis(error: unknown): void {
  process.emitWarning(`Redis: ${String(error)}`);
}
