/** A sceptic would say: numbers that run out let the oldest jobs starve, and a coarse clock mixes up priorities. */
import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPriorities } from "../../../src/adapters/bullmq/job-queue-priority.ts";
import { createBullMqJobQueue } from "../../../src/adapters/bullmq/job-queue.ts";
import type { JobQueue } from "../../../src/ports/job-queue.ts";
import { until } from "../../contracts/contract.ts";
import { jobOf, nodes } from "../../contracts/jobs.ts";
import { startRedisServer, whereRedisIs, type RedisServer } from "../../fakes/redis-server.ts";

/** What BullMQ takes. */
const LARGEST = 2 ** 21 - 1;

/** The first millisecond of the lap that follows the one of `time`. */
function nextLap({ lapOf }: ReturnType<typeof createPriorities>, time: number): number {
  let [before, after] = [time, time];
  for (let step = 1; lapOf(after) === lapOf(time); step *= 2) after += step;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (lapOf(middle) === lapOf(time)) before = middle;
    else after = middle;
  }
  return after;
}

describe("BullMQ job queue: the numbers that stand for priorities", () => {
  it("are in the order of due time plus priority times age, to a quarter of a level, and BullMQ takes them", () => {
    const job = fc.record({ priority: fc.integer({ min: 0, max: 9 }), dueAt: fc.integer({ min: 0, max: 5e12 }) });
    const later = fc.integer({ min: -1e9, max: 1e9 });
    const property = fc.property(fc.integer({ min: 1, max: 1e7 }), job, job, later, (ageMs, a, b, difference) => {
      const { numberOf, lapOf } = createPriorities(ageMs);
      const dueAt = Math.max(0, a.dueAt + difference);
      const [first, second] = [numberOf(a.priority, a.dueAt), numberOf(b.priority, dueAt)];
      const levelsBehind = (dueAt - a.dueAt) / ageMs + b.priority - a.priority;
      const valid = [first, second].every((number) => Number.isInteger(number) && number >= 1 && number <= LARGEST);
      return valid && (first < second || levelsBehind <= 0.25 || lapOf(a.dueAt) !== lapOf(dueAt));
    });
    fc.assert(property, { numRuns: 5000 });
  });

  it("tell what is left over from the lap before, and nothing else", () => {
    const priorities = createPriorities(10_000);
    const { numberOf, isLeftOver } = priorities;
    const day = 24 * 3_600_000;
    const start = nextLap(priorities, Date.now());
    expect((nextLap(priorities, start) - start) / day).toBeCloseTo(60.7, 1);
    for (const age of [1, day, 20 * day]) {
      expect(isLeftOver(numberOf(0, start - age), start)).toBe(true);
      expect(isLeftOver(numberOf(9, start - age), start + 5 * day)).toBe(true);
      expect(isLeftOver(numberOf(9, start + age), start + age)).toBe(false);
      expect(isLeftOver(numberOf(0, start), start + age)).toBe(false);
    }
  });
});

await whereRedisIs("BullMQ job queue: the end of the numbers", () => {
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

  it.each(["who adds", "who starts to work"])("what waited then comes first, in its order: seen by %s", async (who) => {
    const prefix = `{${randomUUID()}}`;
    const ageMs = 1000;
    const start = nextLap(createPriorities(ageMs), Date.now());
    let now = start - 500_000;
    const open = (): JobQueue =>
      createBullMqJobQueue({ connection: redis, prefix, ageMs, now: () => now, onError: () => {} });
    let queue = open();
    for (const [index, node] of nodes(250).entries()) {
      now += 1000;
      await queue.add(jobOf(`old-${node}`, { priority: index % 2 }));
    }
    now = start + 1000;
    if (who === "who starts to work") {
      await queue.close();
      queue = open();
    }
    for (const node of nodes(3)) await queue.add(jobOf(`new-${node}`, { priority: 0 }));

    const order: string[] = [];
    const highest = `${prefix}:lane-cpu:prioritized`;
    await queue.work("cpu", { concurrency: 1 }, async ({ nodeId }) => {
      // The first may be taken before the others have been moved.
      await until(async () => (await redis.zcount(highest, 2 ** 52, "+inf")) === 0);
      order.push(nodeId);
    });
    await until(() => order.length === 253);
    const rest = order.slice(1).map((node) => node.slice(0, 3));
    expect(rest.lastIndexOf("old")).toBeLessThan(rest.indexOf("new"));
    const old = order.slice(1).filter((node) => node.startsWith("old"));
    const inOrder = nodes(250).map((node) => `old-${node}`);
    expect(old).toEqual(inOrder.slice(-old.length));
    await queue.close();
  });
});
