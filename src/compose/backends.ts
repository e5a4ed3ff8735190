/** Where runs, jobs and places are kept: in this process and its folder, or in Redis, for many processes. */
import { join } from "node:path";
import type { Redis } from "ioredis";
import { createQueueDashboard, type QueueDashboard } from "../adapters/bullmq/bull-board-dashboard.ts";
import { createBullMqJobQueue } from "../adapters/bullmq/job-queue.ts";
import { claimDataFolder, type DataFolderLease } from "../adapters/folder/data-folder.ts";
import { createInProcessCapacity } from "../adapters/in-process/capacity.ts";
import { createInProcessJobQueue } from "../adapters/in-process/job-queue.ts";
import { createRedisCapacity } from "../adapters/redis/capacity.ts";
import { checkRedis, type RedisCheck } from "../adapters/redis/check.ts";
import { closeRedis, connectRedis } from "../adapters/redis/connection.ts";
import { openRedisExpertStore } from "../adapters/redis/expert-store.ts";
import { openRedisMeritStore } from "../adapters/redis/merit-store.ts";
import { openRedisResultCache } from "../adapters/redis/result-cache.ts";
import { openRedisRunStore } from "../adapters/redis/run-store.ts";
import { StreamFeed } from "../adapters/redis/stream-feed.ts";
import { openSqliteExpertStore } from "../adapters/sqlite/expert-store.ts";
import { openSqliteMeritStore } from "../adapters/sqlite/merit-store.ts";
import { openSqliteResultCache } from "../adapters/sqlite/result-cache.ts";
import { openSqliteRunStore } from "../adapters/sqlite/run-store.ts";
import type { Config } from "../config.ts";
import type { Capacity } from "../ports/capacity.ts";
import type { ExpertStore } from "../ports/expert-store.ts";
import type { JobQueue } from "../ports/job-queue.ts";
import type { MeritStore } from "../ports/merit-store.ts";
import type { ResultCache } from "../ports/result-cache.ts";
import type { RunStore } from "../ports/run-store.ts";

export interface Backends {
  readonly store: RunStore;
  readonly queue: JobQueue;
  readonly capacity: Capacity;
  readonly results: ResultCache;
  readonly experts: ExpertStore;
  readonly merits: MeritStore;
  /** Whether jobs outlive this process; otherwise its next start has to bring them back. */
  readonly queueIsDurable: boolean;
  /** Whether new runs may be accepted. */
  readonly check: () => Promise<RedisCheck>;
  /** A page about the queues, to be served at /queues, where they are more than this process's own. */
  readonly dashboard?: QueueDashboard["handler"];
  /** Tells whoever wants the same data folder where this process is found. */
  readonly setUrl: (url: string) => void;
  readonly close: () => Promise<void>;
}

type OnError = (error: unknown, what: unknown) => void;

/** @throws TuttiError `in-use` or `misconfigured` where the data folder can't be had */
export async function openBackends(config: Config, onError: OnError): Promise<Backends> {
  return config.redis ? openShared(config, config.redis, onError) : openEmbedded(config, onError);
}

async function openEmbedded({ dataFolder, keepMs }: Config, onError: OnError): Promise<Backends> {
  const lease = await claimDataFolder(dataFolder);
  try {
    return openInFolder(dataFolder, keepMs, lease, onError);
  } catch (error) {
    await lease.release();
    throw error;
  }
}

function openInFolder(folder: string, keepMs: number, lease: DataFolderLease, onError: OnError): Backends {
  const store = openSqliteRunStore({ file: join(folder, "runs.sqlite"), keepFinishedMs: keepMs });
  const results = openSqliteResultCache({ file: join(folder, "results.sqlite"), keepMs });
  const experts = openSqliteExpertStore({ file: join(folder, "experts.sqlite") });
  const merits = openSqliteMeritStore({ file: join(folder, "merits.sqlite") });
  const queue = createInProcessJobQueue({ onError });
  const capacity = createInProcessCapacity();
  return {
    store,
    queue,
    capacity,
    results,
    experts,
    merits,
    queueIsDurable: false,
    check: () => Promise.resolve({ ok: true, problems: [] }),
    setUrl: (url) => lease.setUrl(url),
    async close() {
      try {
        await queue.close();
        await Promise.all([capacity.close(), results.close(), experts.close(), merits.close(), store.close()]);
      } finally {
        await lease.release();
      }
    },
  };
}

async function openShared(
  { keepMs, takeoverMs }: Config,
  { url, prefix }: NonNullable<Config["redis"]>,
  onError: OnError,
): Promise<Backends> {
  const tell = (error: unknown, what: unknown = "Redis"): void => onError(error, what);
  const address = { connection: url, prefix, onError: tell };
  // Told of by the others already.
  const asked: Redis = connectRedis(url, { maxRetriesPerRequest: 1 }, () => {});
  // One blocking connection for all that is watched.
  const feed = new StreamFeed({ address: url, commands: asked, prefix, onError: tell });
  const store = openRedisRunStore({ ...address, feed, keepFinishedMs: keepMs });
  const queue = createBullMqJobQueue({
    ...address,
    lockDurationMs: takeoverMs,
    stalledIntervalMs: Math.ceil(takeoverMs / 3),
  });
  const capacity = createRedisCapacity(address);
  const results = openRedisResultCache({ ...address, keepMs });
  const experts = openRedisExpertStore({ ...address, feed });
  const merits = openRedisMeritStore(address);
  const dashboard = await createQueueDashboard({ ...address, basePath: "/queues" });
  return {
    store,
    queue,
    capacity,
    results,
    experts,
    merits,
    queueIsDurable: true,
    check: () => checkRedis(asked),
    dashboard: dashboard.handler,
    setUrl: () => {},
    async close() {
      await queue.close();
      await Promise.all([
        capacity.close(),
        results.close(),
        experts.close(),
        merits.close(),
        store.close(),
        dashboard.close(),
      ]);
      feed.close();
      closeRedis(asked);
    },
  };
}
