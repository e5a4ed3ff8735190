/** What a controller can stand on: the same promises are tested over each. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { createBullMqJobQueue } from "../../src/adapters/bullmq/job-queue.ts";
import { createInProcessCapacity } from "../../src/adapters/in-process/capacity.ts";
import { createInProcessJobQueue } from "../../src/adapters/in-process/job-queue.ts";
import { createRedisCapacity } from "../../src/adapters/redis/capacity.ts";
import { openRedisRunStore } from "../../src/adapters/redis/run-store.ts";
import { openSqliteRunStore } from "../../src/adapters/sqlite/run-store.ts";
import type { Capacity } from "../../src/ports/capacity.ts";
import type { JobQueue } from "../../src/ports/job-queue.ts";
import type { RunStore } from "../../src/ports/run-store.ts";
import { startRedisServer, whereRedisIs, type RedisServer } from "../fakes/redis-server.ts";

export interface Ground {
  readonly store: RunStore;
  readonly queue: JobQueue;
  readonly capacity: Capacity;
  /** Whether jobs outlive the controller. */
  readonly durable: boolean;
}

export type OpenGround = (folder: string, onError: (error: unknown) => void) => Ground;

export const embedded: OpenGround = (folder, onError) => ({
  store: openSqliteRunStore({ file: join(folder, "runs.sqlite") }),
  queue: createInProcessJobQueue({ onError }),
  capacity: createInProcessCapacity(),
  durable: false,
});

export function overRedis(url: string, prefix: string): OpenGround {
  return (_folder, onError) => {
    const options = { connection: url, prefix, onError };
    return {
      store: openRedisRunStore(options),
      queue: createBullMqJobQueue({ ...options, lockDurationMs: 2000, stalledIntervalMs: 500 }),
      capacity: createRedisCapacity(options),
      durable: true,
    };
  };
}

/** Declares the tests over each; `ground` gives every controller one of its own. */
export async function overEachGround(declare: (ground: () => OpenGround) => void): Promise<void> {
  describe("embedded", () => {
    declare(() => embedded);
  });
  await whereRedisIs("over Redis", () => {
    describe("over Redis", () => {
      let server: RedisServer | undefined;
      beforeAll(async () => {
        server = await startRedisServer();
      });
      afterAll(async () => server?.stop());
      declare(() => overRedis(server?.url ?? "", `{${randomUUID()}}`));
    });
  });
}
