import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createInProcessJobQueue } from "../../../src/adapters/in-process/job-queue.ts";
import type { Job } from "../../../src/ports/job-queue.ts";
import { until } from "../../contracts/contract.ts";
import { jobQueueContract } from "../../contracts/job-queue.contract.ts";
import { jobOf, nodes, quickHandler } from "../../contracts/jobs.ts";
import { startChild } from "../../fakes/child.ts";

jobQueueContract({
  name: "in-process job queue",
  open: async (ageMs) => {
    const queue = createInProcessJobQueue({ ageMs, onError: () => {} });
    return { queue, close: () => queue.close() };
  },
});

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await setImmediate();
}

describe("in-process job queue: time", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
  afterEach(() => void vi.useRealTimers());

  it("a level of priority is worth as much waiting as was said, to the millisecond", async () => {
    let now = 1000;
    const queue = createInProcessJobQueue({ now: () => now, ageMs: 100 });
    await queue.add(jobOf("old-9", { priority: 9 }));
    now = 1899;
    await queue.add(jobOf("young-0", { priority: 0 }));
    now = 1900;
    await queue.add(jobOf("same-0", { priority: 0 }));
    now = 1901;
    await queue.add(jobOf("late-0", { priority: 0 }));
    await queue.add(jobOf("late-1", { priority: 1 }));
    const { handler, order } = quickHandler();
    await queue.work("cpu", { concurrency: 1 }, handler);
    await settle();
    expect(order()).toEqual(["young-0", "old-9", "same-0", "late-0", "late-1"]);
    await queue.close();
  });

  it("a job that was delayed ages from the time at which it was due", async () => {
    const queue = createInProcessJobQueue({ ageMs: 1000 });
    await queue.add(jobOf("delayed", { priority: 1, notBefore: Date.now() + 5000 }));
    await vi.advanceTimersByTimeAsync(5500);
    await queue.add(jobOf("younger", { priority: 1 }));
    await queue.add(jobOf("urgent", { priority: 0 }));
    const { handler, order } = quickHandler();
    await queue.work("cpu", { concurrency: 1 }, handler);
    await settle();
    expect(order()).toEqual(["urgent", "delayed", "younger"]);
    await queue.close();
  });

  it("pauses between deliveries double from 100 ms to 5 s, and every fault is told", async () => {
    const faults: [unknown, Job][] = [];
    const queue = createInProcessJobQueue({ onError: (error, job) => faults.push([error, job]) });
    const fault = new Error("the disk is full");
    const starts: number[] = [];
    await queue.work("cpu", { concurrency: 1 }, async () => {
      starts.push(Date.now());
      throw fault;
    });
    await queue.add(jobOf("a"));
    await settle();
    for (let elapsed = 0; elapsed < 18_000; elapsed += 50) {
      await vi.advanceTimersByTimeAsync(50);
      await settle();
    }
    const pauses = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
    expect(pauses.slice(0, 8)).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    expect(faults[0]).toEqual([fault, jobOf("a")]);
    expect(faults).toHaveLength(starts.length);
    await queue.close();
  });

  it("a job put off for months waits for months", async () => {
    const queue = createInProcessJobQueue();
    const { handler, order } = quickHandler();
    await queue.work("cpu", { concurrency: 1 }, handler);
    const days = 24 * 3_600_000;
    await queue.add(jobOf("far", { notBefore: Date.now() + 40 * days }));
    await vi.advanceTimersByTimeAsync(39 * days);
    await settle();
    expect(order()).toEqual([]);
    await vi.advanceTimersByTimeAsync(days);
    await settle();
    expect(order()).toEqual(["far"]);
    await queue.close();
  });
});

describe("in-process job queue: load", () => {
  it("serves 20000 waiting jobs in their order, and lets others have their turn in between", async () => {
    const queue = createInProcessJobQueue();
    const priorities = Array.from({ length: 20_000 }, (_, index) => (index * 7919) % 10);
    for (const [index, priority] of priorities.entries()) await queue.add(jobOf(`n${index}`, { priority }));
    const served: number[] = [];
    let servedAtTimer = -1;
    await queue.work("cpu", { concurrency: 4 }, async ({ priority }) => void served.push(priority));
    setTimeout(() => (servedAtTimer = served.length), 0);
    await until(() => served.length === priorities.length);
    expect(served).toEqual(priorities.toSorted((a, b) => a - b));
    expect(servedAtTimer).toBeLessThan(priorities.length);
    await queue.close();
  });

  it("forgets 20000 jobs of one run and keeps those of another", async () => {
    const queue = createInProcessJobQueue();
    const jobs = nodes(20_000).map((node, index) => jobOf(node, { runId: index % 100 ? "many" : "few" }));
    for (const job of jobs) await queue.add(job);
    await queue.cancel(jobs.filter(({ runId }) => runId === "many"));
    expect(await queue.counts("cpu")).toMatchObject({ waiting: 200, delayed: 0, active: 0 });
    const { handler, order } = quickHandler();
    await queue.work("cpu", { concurrency: 1 }, handler);
    await until(() => order().length === 200);
    expect(order()).toEqual(Array.from({ length: 200 }, (_, index) => `n${index * 100}`));
    await queue.close();
  });

  it("nothing of a closed queue keeps the process alive", { timeout: 30_000 }, async () => {
    const child = startChild("close-queue.ts");
    expect((await child.lines.next()).value).toBe("closed");
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });
});
