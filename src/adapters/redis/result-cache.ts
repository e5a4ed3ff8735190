/** The result cache of several machines: Redis. Runs and jobs come first: it keeps little, and nothing where room is short. */
import { setTimeout as sleep } from "node:timers/promises";
import { parseOutputs } from "../../assets/recorded-outputs.ts";
import { TuttiError } from "../../errors.ts";
import type { ResultCache } from "../../ports/result-cache.ts";
import { checkRedis } from "./check.ts";
import { closeRedis, connectRedis, DEFAULT_PREFIX, warnOfRedis, type RedisAddress } from "./connection.ts";

export interface RedisResultCacheOptions {
  /** A URL, or a connection whose settings are taken over. */
  readonly connection: RedisAddress;
  /** Starts every key. @default "{tutti}" */
  readonly prefix?: string;
  /** How long a result is reused, milliseconds. */
  readonly keepMs: number;
  /** Told of lost connections; they are made again by themselves. @default a process warning */
  readonly onError?: (error: Error) => void;
}

/** Larger results are computed again, bytes. */
const LARGEST = 64 * 1024;
/** Share of Redis's memory above which nothing is added; new runs are refused at 0.8, which reuse must not bring about. */
const MOST_MEMORY = 0.5;
/** How long what Redis said of its memory is believed. */
const BELIEVED_MS = 2000;
/** Who waits longer might as well compute. */
const PATIENCE_MS = 1000;

/** All methods reject while Redis is away, within about a second. */
export function openRedisResultCache({
  connection,
  prefix = DEFAULT_PREFIX,
  keepMs,
  onError = warnOfRedis,
}: RedisResultCacheOptions): ResultCache {
  const redis = connectRedis(connection, { maxRetriesPerRequest: 1 }, onError);
  const keyOf = (key: string): string => `${prefix}:result:${key}`;
  let isClosed = false;
  let room: Promise<boolean> | undefined;
  let askedAt = 0;

  function assertOpen(): void {
    if (isClosed) throw new TuttiError("shutting-down", "The cache of results is closed.");
  }

  function hasRoom(): Promise<boolean> {
    if (room && Date.now() - askedAt < BELIEVED_MS) return room;
    askedAt = Date.now();
    room = checkRedis(redis).then(({ memoryShare = 0 }) => memoryShare < MOST_MEMORY);
    return room;
  }

  return {
    async get(key) {
      assertOpen();
      const json = await inTime(redis.get(keyOf(key)));
      return json === null ? undefined : parseOutputs(json);
    },
    async put(key, outputs) {
      assertOpen();
      const json = JSON.stringify(outputs);
      if (Buffer.byteLength(json) > LARGEST || !(await inTime(hasRoom()))) return;
      await inTime(redis.set(keyOf(key), json, "PX", Math.max(1, Math.round(keepMs))));
    },
    async close() {
      isClosed = true;
      closeRedis(redis);
    },
  };
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  const done = new AbortController();
  const timeIsUp = sleep(PATIENCE_MS, undefined, { signal: done.signal }).then(() => {
    throw new TuttiError("timeout", `Redis did not answer within ${PATIENCE_MS} ms.`, { retryable: true });
  });
  try {
    return await Promise.race([answer, timeIsUp]);
  } finally {
    done.abort();
    // Whoever lost the race may still reject, and nobody would be there to hear it.
    answer.catch(() => {});
    timeIsUp.catch(() => {});
  }
}
