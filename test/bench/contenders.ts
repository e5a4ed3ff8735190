/** Everybody who runs the measured graphs. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { temporaryFolder } from "../fakes/temporary-folder.ts";
import { createBareContender } from "./bare.ts";
import type { Contender } from "./contender.ts";
import { createLangGraphContender } from "./langgraph.ts";
import { startBenchRedis } from "./redis.ts";
import { createGraphRunner, runGraphElsewhere } from "./run-graph.ts";
import { startTutti } from "./tutti.ts";

export const EMBEDDED = "Tutti embedded";
export const REDIS = "Tutti, Redis";
export const REDIS_WORKERS = "Tutti, Redis, 2 workers";

/** Steps at once in a process: more than any of the graphs has. */
const CONCURRENCY = 64;
const WORKERS = 2;

export interface Contenders {
  readonly all: readonly Contender[];
  close(): Promise<void>;
}

export async function openContenders(): Promise<Contenders> {
  const { folder, remove } = await temporaryFolder();
  const redis = await startBenchRedis();
  const all = [
    createBareContender(),
    await openEmbedded(join(folder, "embedded")),
    await openOverRedis(join(folder, "redis"), redis.url),
    await openWithWorkers(join(folder, "workers"), redis.url),
    createLangGraphContender(),
  ];
  return {
    all,
    async close() {
      await Promise.all(all.map((contender) => contender.close()));
      await redis.stop();
      await remove();
    },
  };
}

async function openEmbedded(folder: string): Promise<Contender> {
  const tutti = await startTutti({ folder, lanes: ["control", "cpu"], concurrency: CONCURRENCY });
  return { name: EMBEDDED, run: createGraphRunner(tutti), close: () => tutti.close() };
}

/** One process does it all, over Redis. */
async function openOverRedis(folder: string, redisUrl: string): Promise<Contender> {
  const lanes = ["control", "cpu"] as const;
  const tutti = await startTutti({ folder, redisUrl, prefix: "{one}", lanes, concurrency: CONCURRENCY });
  return { name: REDIS, run: createGraphRunner(tutti), close: () => tutti.close() };
}

/** This process plans and answers, others do the steps. */
async function openWithWorkers(folder: string, redisUrl: string): Promise<Contender> {
  const prefix = "{many}";
  const tutti = await startTutti({ folder, redisUrl, prefix, lanes: ["control"], concurrency: 1 });
  const workers = await Promise.all(
    Array.from({ length: WORKERS }, () => startWorker(folder, redisUrl, prefix, String(CONCURRENCY / WORKERS))),
  );
  return {
    name: REDIS_WORKERS,
    run: (graph) => runGraphElsewhere(tutti, graph),
    async close() {
      await Promise.all(workers.map(endWorker));
      await tutti.close();
    },
  };
}

async function startWorker(...parameters: readonly string[]): Promise<ChildProcess> {
  const child = fork(new URL("tutti-worker.ts", import.meta.url), parameters);
  await once(child, "message");
  return child;
}

async function endWorker(worker: ChildProcess): Promise<void> {
  const ended = once(worker, "exit");
  worker.disconnect();
  await ended;
}
