/** Doubt: that the page shows the very queues that jobs are on, changes nothing about them, and says so when Redis is away. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { createQueueDashboard } from "../../../src/adapters/bullmq/bull-board-dashboard.ts";
import { createBullMqJobQueue } from "../../../src/adapters/bullmq/job-queue.ts";
import { laneName } from "../../../src/adapters/bullmq/job-queue-lane.ts";
import { lanes } from "../../../src/registry/expert-card.ts";
import { until } from "../../contracts/contract.ts";
import { holdingHandler, jobOf } from "../../contracts/jobs.ts";
import { startRedisServer, whereRedisIs, type RedisServer } from "../../fakes/redis-server.ts";

const queuesSchema = z.object({
  queues: z.array(
    z.object({
      name: z.string(),
      readOnlyMode: z.boolean(),
      counts: z.record(z.string(), z.number()),
      jobs: z.array(z.object({ id: z.string(), data: z.record(z.string(), z.unknown()) })),
    }),
  ),
});

await whereRedisIs("queue dashboard", () => {
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

  /** A job that is active and one that waits on the cpu lane, one that is put off on the gpu lane; the page at its place. */
  async function board(address = server.url) {
    const prefix = `{${randomUUID()}}`;
    const queue = createBullMqJobQueue({ connection: address, prefix, onError: () => {} });
    const { handler, deliveries } = holdingHandler();
    await queue.work("cpu", { concurrency: 1 }, handler);
    await queue.add(jobOf("a"));
    await until(() => deliveries.length === 1);
    await queue.add(jobOf("b"));
    await queue.add(jobOf("c", { lane: "gpu", notBefore: Date.now() + 60_000 }));

    const connection = new Redis(address);
    const settings = await connection.hgetall(`${prefix}:${laneName("cpu")}:meta`);
    connection.disconnect();
    const dashboard = await createQueueDashboard({
      connection: address,
      prefix,
      basePath: "/some/where",
      onError() {},
    });
    const app = express().disable("x-powered-by").use("/some/where", dashboard.handler);
    const http = createServer(app).listen(0, "127.0.0.1");
    await once(http, "listening");
    onTestFinished(async () => {
      http.closeAllConnections();
      http.close();
      await dashboard.close();
      await queue.close();
    });
    const root = `http://127.0.0.1:${(http.address() as AddressInfo).port}/some/where`;
    return {
      prefix,
      settings,
      queue,
      dashboard,
      ask: (path: string, init?: RequestInit) => fetch(`${root}${path}`, init),
    };
  }

  describe("queue dashboard", () => {
    it("shows the jobs of every lane", async () => {
      const { ask } = await board();
      const response = await ask(`/api/queues?activeQueue=${laneName("cpu")}&status=prioritized`);
      expect(response.status).toBe(200);
      expect(response.headers.get("x-powered-by")).toBeNull();
      const { queues } = queuesSchema.parse(await response.json());
      expect(queues.map(({ name }) => name).toSorted()).toEqual(lanes.map(laneName).toSorted());
      const of = (name: string) => queues.find((queue) => queue.name === name);
      expect(of(laneName("cpu"))).toMatchObject({
        readOnlyMode: true,
        counts: { active: 1, prioritized: 1 },
        jobs: [{ id: jobOf("b").id, data: { nodeId: jobOf("b").nodeId } }],
      });
      expect(of(laneName("gpu"))?.counts).toMatchObject({ active: 0, delayed: 1 });
    });

    it("its page finds its files below its own place", async () => {
      const { ask } = await board();
      const page = await (await ask("/")).text();
      expect(page).toContain('<base href="/some/where/" />');
      const files = [...page.matchAll(/(?:src|href)="(static\/[^"]+)"/g)].map(([, file]) => file ?? "");
      expect(files.length).toBeGreaterThan(3);
      for (const file of files) expect((await ask(`/${file}`)).status, file).toBe(200);
    });

    it("changes nothing about a queue: neither its jobs, when told to, nor its settings, by looking", async () => {
      const { ask, queue, prefix, settings } = await board();
      for (const order of ["pause", "empty", "obliterate", "promote"]) {
        const response = await ask(`/api/queues/${laneName("gpu")}/${order}`, { method: "PUT" });
        expect(response.status, order).toBeGreaterThanOrEqual(400);
      }
      expect(await queue.counts("gpu")).toMatchObject({ delayed: 1 });
      expect((await ask("/api/queues")).status).toBe(200);
      expect(await redis.hgetall(`${prefix}:${laneName("cpu")}:meta`)).toEqual(settings);
      // A queue that is opened with other settings writes its own.
      expect(Object.keys(settings)).toContain("opts.maxLenEvents");
    });

    it("says so when Redis goes away, and closes all the same", async () => {
      const away = await startRedisServer();
      const { ask, dashboard } = await board(away.url);
      expect((await ask("/api/queues")).status).toBe(200);
      await away.stop();
      const response = await ask("/api/queues");
      expect(response.status).toBe(500);
      await dashboard.close();
    });
  });
});
