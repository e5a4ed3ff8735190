/** The run store of several machines: Redis. A commit is one script; a store's watchers share one blocking connection. */
import { TuttiError } from "../../errors.ts";
import type { RunStore } from "../../ports/run-store.ts";
import { closeRedis, connectRedis, DEFAULT_PREFIX, warnOfRedis, type RedisAddress } from "./connection.ts";
import { sendCommit } from "./run-store-commit.ts";
import { listHeads } from "./run-store-heads.ts";
import { decodeHead, outboxEntry, outboxMember, runStoreKeys } from "./run-store-keys.ts";
import { readEvents, watchRun } from "./run-store-watch.ts";
import { StreamFeed } from "./stream-feed.ts";

export interface RedisRunStoreOptions {
  /** A URL, or a connection whose settings are taken over. */
  readonly connection: RedisAddress;
  /** Starts every key. @default "{tutti}" */
  readonly prefix?: string;
  /** How long a run is kept after its end, with its idempotency key, milliseconds. @default for ever */
  readonly keepFinishedMs?: number;
  /** Shared with others, and closed by whoever made it. @default one of its own, closed with the store */
  readonly feed?: StreamFeed;
  /** Told of lost connections; they are made again by themselves. @default a process warning */
  readonly onError?: (error: Error) => void;
}

/** While Redis is away, a call waits for some ten seconds before it rejects; whether it had an effect is unknown then. */
const TRIES_PER_CALL = 20;

/**
 * Needs Redis 6.2 or newer with `maxmemory-policy noeviction`; `checkRedis` tells. How durable a commit is, Redis decides:
 * with `appendonly yes` and `appendfsync always` it survives; with `everysec`, a Redis that is killed may have lost the
 * last two seconds, since it puts writing off while the disk is busy. Jobs in the same Redis go with their commits.
 */
export function openRedisRunStore({
  connection,
  prefix = DEFAULT_PREFIX,
  keepFinishedMs,
  feed: shared,
  onError = warnOfRedis,
}: RedisRunStoreOptions): RunStore {
  const keys = runStoreKeys(prefix);
  const redis = connectRedis(connection, { maxRetriesPerRequest: TRIES_PER_CALL }, onError);
  const feed = shared ?? new StreamFeed({ address: connection, commands: redis, prefix, onError });
  const closing = new AbortController();

  function assertOpen(): void {
    if (closing.signal.aborted) throw new TuttiError("shutting-down", "The store of runs is closed.");
  }

  return {
    async commit(commit) {
      assertOpen();
      return sendCommit(redis, keys, commit, keepFinishedMs);
    },
    async read(runId, after = 0) {
      assertOpen();
      return readEvents(redis, keys.events(runId), after);
    },
    async head(runId) {
      assertOpen();
      const json = await redis.hget(keys.run(runId), "head");
      return json === null ? undefined : decodeHead(json);
    },
    async heads(filter) {
      assertOpen();
      return listHeads(redis, keys, filter);
    },
    async outbox(now, limit) {
      assertOpen();
      const flat = await redis.zrangebyscore(keys.outbox, "-inf", now, "WITHSCORES", "LIMIT", 0, limit);
      return Array.from({ length: flat.length / 2 }, (_, i) => outboxEntry(flat[2 * i] ?? "", flat[2 * i + 1] ?? ""));
    },
    async removeFromOutbox(entries) {
      assertOpen();
      // The run still knows that it had them: at its end they are looked for in vain, which is cheaper than to tell it.
      if (entries.length > 0) await redis.zrem(keys.outbox, ...entries.map(outboxMember));
    },
    watch(runId, after, signal) {
      return watchRun({ redis, keys, feed }, runId, after, AbortSignal.any([signal, closing.signal]));
    },
    async close() {
      closing.abort();
      if (!shared) feed.close();
      closeRedis(redis);
    },
  };
}
