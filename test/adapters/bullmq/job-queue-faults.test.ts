/** A sceptic would say: a job dies with its worker, a cancel stays in its own process, and a killed Redis loses jobs. */
import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cancellations } from "../../../src/adapters/bullmq/job-queue-cancel.ts";
import { createBullMqJobQueue } from "../../../src/adapters/bullmq/job-queue.ts";
import { StreamFeed } from "../../../src/adapters/redis/stream-feed.ts";
import type { JobQueue } from "../../../src/ports/job-queue.ts";
import { pause, until } from "../../contracts/contract.ts";
import { jobOf, quickHandler } from "../../contracts/jobs.ts";
import { startChild, type Child } from "../../fakes/child.ts";
import { startRedisServer, whereRedisIs, type RedisServer } from "../../fakes/redis-server.ts";

const LOCK_MS = 1000;
const nodes = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`);

/** A worker in a process of its own, and the lines that it has printed. */
async function startWorker(url: string, prefix: string): Promise<{ child: Child; lines: string[] }> {
  const child = startChild("work-until-killed.ts", url, prefix, String(LOCK_MS));
  const lines: string[] = [];
  void (async () => {
    for (let line = await child.lines.next(); !line.done; line = await child.lines.next()) lines.push(line.value);
  })();
  await until(() => lines.includes("ready"));
  return { child, lines };
}

await whereRedisIs("BullMQ job queue: faults", () => {
  let server: RedisServer;
  beforeAll(async () => void (server = await startRedisServer({ durable: true })));
  afterAll(() => server.stop());

  async function withQueue(use: (queue: JobQueue, prefix: string) => Promise<void>): Promise<void> {
    const prefix = `{${randomUUID()}}`;
    const times = { lockDurationMs: LOCK_MS, stalledIntervalMs: LOCK_MS / 2 };
    const queue = createBullMqJobQueue({ connection: server.url, prefix, onError: () => {}, ...times });
    try {
      await use(queue, prefix);
    } finally {
      await queue.close();
    }
  }

  it(
    "the jobs of a worker that is killed with SIGKILL go to another, however often it happens",
    { timeout: 60_000 },
    () =>
      withQueue(async (queue, prefix) => {
        for (const node of nodes(3)) await queue.add(jobOf(node));
        for (let kills = 0; kills < 3; kills++) {
          const { child, lines } = await startWorker(server.url, prefix);
          await until(() => nodes(3).every((node) => lines.includes(`started ${node}`)));
          child.process.kill("SIGKILL");
          await child.ended;
        }
        const { handler, order } = quickHandler();
        await queue.work("cpu", { concurrency: 1 }, handler);
        await until(async () => order().length === 3 && (await queue.counts("cpu")).active === 0);
        expect(order().toSorted()).toEqual(nodes(3));
      }),
  );

  it("a cancel reaches the jobs that other processes have at once, and they don't come again", () =>
    withQueue(async (queue, prefix) => {
      const workers = await Promise.all([1, 2].map(() => startWorker(server.url, prefix)));
      const printed = (word: string): string[] =>
        workers.flatMap(({ lines }) =>
          lines.filter((line) => line.startsWith(word)).map((line) => line.split(" ")[1] ?? ""),
        );
      for (const node of nodes(12)) await queue.add(jobOf(node, { runId: node === "n0" ? "other" : "run" }));
      await until(() => printed("started").length === 8);
      await queue.cancel(nodes(12).map((node) => jobOf(node)));
      await until(async () => (await queue.counts("cpu")).active === 1);
      expect(printed("stopped").toSorted()).toEqual(
        printed("started")
          .filter((node) => node !== "n0")
          .toSorted(),
      );
      expect(await queue.counts("cpu")).toMatchObject({ waiting: 0, delayed: 0, active: 1 });
      await queue.cancel([jobOf("n0", { runId: "other" })]);
      await until(() => printed("stopped").includes("n0"));
      for (const { child } of workers) child.process.kill("SIGKILL");
    }));

  it("a stop that comes before its delivery is remembered, once, and for no other delivery of the job", async () => {
    const prefix = `{${randomUUID()}}`;
    const redis = new Redis(server.url);
    const feed = new StreamFeed({ address: redis, commands: redis, prefix, onError: () => {} });
    const cancellations = new Cancellations({ redis, feed, prefix });
    await cancellations.listen();
    const stopped: string[] = [];
    const onStop = (delivery: string): void => void cancellations.onStop(delivery, () => stopped.push(delivery));
    onStop("known 1 1");
    for (const delivery of ["early 1 1", "known 1 1"]) await cancellations.stop(delivery);
    await until(() => stopped.length === 1);
    for (const delivery of ["early 1 2", "early 2 1", "early 1 1", "early 1 1"]) onStop(delivery);
    expect(stopped).toEqual(["known 1 1", "early 1 1"]);
    feed.close();
    redis.disconnect();
  });

  it("a worker that is killed with SIGKILL counts for some seconds more, one that goes by itself does not", async () =>
    withQueue(async (queue, prefix) => {
      const { child, lines } = await startWorker(server.url, prefix);
      const { child: obedient } = await startWorker(server.url, prefix);
      const own = await queue.work("cpu", { concurrency: 1 }, quickHandler().handler);
      const workers = async (): Promise<number> => (await queue.counts("cpu")).workers;
      expect(await workers()).toBe(3);
      expect((await queue.counts("remote")).workers).toBe(0);
      obedient.process.kill("SIGTERM");
      await obedient.ended;
      expect(await workers()).toBe(2);
      child.process.kill("SIGKILL");
      await child.ended;
      expect(await workers()).toBe(2);
      await until(async () => (await workers()) === 1);
      // The living one has been heard of several times by now, and still counts once.
      expect(lines).toContain("ready");
      await own.close(0);
      expect(await workers()).toBe(0);
    }));

  it("a process that is told to stop hands its jobs to another and ends by itself", () =>
    withQueue(async (queue, prefix) => {
      const { child, lines } = await startWorker(server.url, prefix);
      for (const node of nodes(3)) await queue.add(jobOf(node));
      await until(() => nodes(3).every((node) => lines.includes(`started ${node}`)));
      const { handler, order } = quickHandler();
      await queue.work("cpu", { concurrency: 1 }, handler);
      child.process.kill("SIGTERM");
      await until(() => order().length === 3);
      expect(await child.ended).toEqual({ code: 0, signal: null });
      expect(lines.filter((line) => line.startsWith("error"))).toEqual([]);
      expect(lines).toContain("closed");
    }));

  it(
    "every job that was accepted is done, though Redis is killed with SIGKILL again and again",
    { timeout: 60_000 },
    () =>
      withQueue(async (queue) => {
        const seen = new Set<string>();
        await queue.work("cpu", { concurrency: 8 }, async ({ nodeId }) => {
          await pause(1);
          seen.add(nodeId);
        });
        const accepted: string[] = [];
        const over = new AbortController();
        const adding = ["a", "b", "c", "d"].map(async (run, priority) => {
          for (let i = 0; !over.signal.aborted; i++) {
            await queue.add(jobOf(`${run}${i}`, { runId: run, priority }));
            accepted.push(`${run}${i}`);
          }
        });
        for (let round = 0; round < 4; round++) {
          await until(() => accepted.length > round * 50);
          await pause(30 * round);
          await server.kill();
          await pause(100);
          await server.restart();
        }
        over.abort();
        await Promise.all(adding);
        await until(() => accepted.every((node) => seen.has(node)));
        // Some came a second time, because the answer to their first end was lost.
        await until(async () => {
          const { waiting, delayed, active } = await queue.counts("cpu");
          return waiting + delayed + active === 0;
        });
        expect(seen.size).toBe(accepted.length);
      }),
  );
});
