import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBullMqJobQueue } from "../../../src/adapters/bullmq/job-queue.ts";
import type { JobQueue } from "../../../src/ports/job-queue.ts";
import { until } from "../../contracts/contract.ts";
import { jobQueueContract } from "../../contracts/job-queue.contract.ts";
import { holdingHandler, jobOf, obedientHandler, quickHandler } from "../../contracts/jobs.ts";
import { startRedisServer, whereRedisIs, type RedisServer } from "../../fakes/redis-server.ts";

await whereRedisIs("BullMQ job queue", () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedisServer();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  jobQueueContract({
    name: "BullMQ job queue",
    open: async (ageMs) => {
      const prefix = `{${randomUUID()}}`;
      const queue = createBullMqJobQueue({ connection: server.url, prefix, ageMs, onError: () => {} });
      return { queue, close: () => queue.close() };
    },
  });

  async function withQueue(use: (queue: JobQueue, prefix: string) => Promise<void>): Promise<void> {
    const prefix = `{${randomUUID()}}`;
    const queue = createBullMqJobQueue({ connection: redis, prefix, onError: () => {} });
    try {
      await use(queue, prefix);
    } finally {
      await queue.close();
    }
  }

  describe("BullMQ job queue: what is kept", () => {
    it("an id that is done is not done again, though it is added late", () =>
      withQueue(async (queue) => {
        const { handler, order } = quickHandler();
        await queue.work("cpu", { concurrency: 2 }, handler);
        await queue.add(jobOf("a"));
        await until(async () => order().length === 1 && (await queue.counts("cpu")).active === 0);
        await queue.add(jobOf("a"));
        await queue.add(jobOf("b"));
        await until(() => order().includes("b"));
        expect(order()).toEqual(["a", "b"]);
      }));

    it("no more than 1000 jobs that are done, and next to nothing of a run that has ended", () =>
      withQueue(async (queue, prefix) => {
        const { handler, order } = quickHandler();
        await queue.work("cpu", { concurrency: 50 }, handler);
        for (let run = 0; run < 15; run++) {
          await Promise.all(Array.from({ length: 100 }, (_, i) => queue.add(jobOf(`n${i}`, { runId: `run${run}` }))));
        }
        await until(async () => order().length === 1500 && (await queue.counts("cpu")).active === 0);
        expect(await redis.zcard(`${prefix}:lane-cpu:completed`)).toBe(1000);
        expect(await redis.keys(`${prefix}:jobs:*`)).toEqual([]);
        expect((await redis.keys(`${prefix}:*`)).length).toBeLessThan(1020);
        expect(await redis.xlen(`${prefix}:lane-cpu:events`)).toBeLessThan(1500);
      }));
  });

  describe("BullMQ job queue: handing back", () => {
    it("a job that a closing worker hands back wakes one who waits", { timeout: 20_000 }, () =>
      withQueue(async (queue) => {
        // Did it not, each round would take the five seconds after which a waiting worker looks by itself.
        for (let round = 0; round < 8; round++) {
          const [first, second] = [obedientHandler(), quickHandler()];
          const closing = await queue.work("cpu", { concurrency: 1 }, first.handler);
          await queue.add(jobOf(`n${round}`));
          await until(() => first.deliveries.length === 1);
          const waiting = await queue.work("cpu", { concurrency: 1 }, second.handler);
          await sleep(50);
          await closing.close(0);
          await until(() => second.order().length === 1);
          expect(second.order()).toEqual(first.order());
          await waiting.close(0);
        }
      }),
    );

    it("a queue closes in time while Redis is away, with a job that is active", async () => {
      const away = await startRedisServer();
      const queue = createBullMqJobQueue({ connection: away.url, onError: () => {} });
      const { handler, deliveries } = holdingHandler();
      await queue.work("cpu", { concurrency: 1 }, handler);
      await queue.add(jobOf("a"));
      await until(() => deliveries.length === 1);
      await away.stop();
      await queue.close();
      expect(deliveries[0]?.signal.aborted).toBe(true);
    });
  });
});
