/** The part of the job queue's contract about counting: what an operator sees, and what others decide by. */
import { expect } from "vitest";
import { until } from "./contract.ts";
import type { JobQueueHarness } from "./job-queue.contract.ts";
import { delivery, holdingHandler, jobOf, nodes } from "./jobs.ts";

const LONG_MS = 60_000;

export function checkCounts(check: (name: string, run: (harness: JobQueueHarness) => Promise<void>) => void): void {
  check("counts what waits, is delayed and is active", async ({ queue }) => {
    const { handler, deliveries } = holdingHandler();
    expect(await queue.counts("cpu")).toMatchObject({ waiting: 0, delayed: 0, active: 0 });
    for (const node of nodes(5)) await queue.add(jobOf(node));
    await queue.add(jobOf("later", { notBefore: Date.now() + LONG_MS }));
    await queue.work("cpu", { concurrency: 2 }, handler);
    await delivery(deliveries, 2);
    expect(await queue.counts("cpu")).toMatchObject({ waiting: 3, delayed: 1, active: 2 });
  });

  check("counts the workers that serve a lane, until they close", async ({ queue }) => {
    const workersOf = async (lane: "cpu" | "gpu"): Promise<number> => (await queue.counts(lane)).workers;
    expect(await workersOf("cpu")).toBe(0);
    const { handler, deliveries } = holdingHandler();
    const [first, second] = [
      await queue.work("cpu", { concurrency: 1 }, handler),
      await queue.work("cpu", { concurrency: 5 }, handler),
    ];
    await queue.work("gpu", { concurrency: 1 }, handler);
    expect([await workersOf("cpu"), await workersOf("gpu")]).toEqual([2, 1]);
    for (const node of nodes(6)) await queue.add(jobOf(node));
    await delivery(deliveries, 6);
    const closing = [first.close(LONG_MS), second.close(LONG_MS)];
    // They are not done yet, but nobody else should count on them.
    await until(async () => (await workersOf("cpu")) === 0);
    expect((await queue.counts("cpu")).active).toBe(6);
    for (const { done } of deliveries) done();
    await Promise.all(closing);
    expect([await workersOf("cpu"), await workersOf("gpu")]).toEqual([0, 1]);
  });
}
