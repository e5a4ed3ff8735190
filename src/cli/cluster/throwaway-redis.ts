/** A redis-server for a demonstration: on a free port, keeping what it is told in a folder that is removed afterwards. */
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { TuttiError } from "../../errors.ts";
import { startChild, type Child } from "./child.ts";
import { freePort } from "./free-port.ts";

const START_MS = 10_000;

export interface ThrowawayRedis {
  readonly url: string;
  readonly child: Child;
}

/**
 * @param folder Existing; gets its files and its log.
 * @throws TuttiError `misconfigured` where there is no redis-server, saying how to get one
 */
export async function startThrowawayRedis(folder: string): Promise<ThrowawayRedis> {
  const port = await freePort();
  const settings = {
    port,
    bind: "127.0.0.1",
    dir: folder,
    save: "",
    appendonly: "yes",
    "maxmemory-policy": "noeviction",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = await start(args, `${folder}/redis.log`);
  const url = `redis://127.0.0.1:${port}`;
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on("error", () => {});
  const answers = await Promise.race([redis.ping(), sleep(START_MS), child.ended]);
  redis.disconnect();
  if (answers === "PONG") return { url, child };
  child.kill("SIGKILL");
  throw new TuttiError("misconfigured", `redis-server did not start; see ${folder}/redis.log`);
}

async function start(args: readonly string[], logFile: string): Promise<Child> {
  try {
    return await startChild({ name: "redis", command: "redis-server", args, logFile });
  } catch (error) {
    throw new TuttiError(
      "misconfigured",
      "there is no redis-server here: install it (apt-get install redis-server, brew install redis), or set REDIS_URL",
      { cause: error },
    );
  }
}
