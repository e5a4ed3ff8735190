/** The part of the job queue's contract about jobs that come a second time. */
import { expect } from "vitest";
import { until } from "./contract.ts";
import type { JobQueueHarness } from "./job-queue.contract.ts";
import { delivery, jobOf, nodes, obedientHandler } from "./jobs.ts";

export function checkComingAgain(
  check: (name: string, run: (harness: JobQueueHarness) => Promise<void>) => void,
): void {
  check("a job that was canceled while it was active may be added again when it has ended", async ({ queue }) => {
    const { handler, deliveries, order } = obedientHandler();
    await queue.work("cpu", { concurrency: 1 }, handler);
    for (let count = 1; count <= 4; count++) {
      await queue.add(jobOf("a"));
      const { signal } = await delivery(deliveries, count);
      expect(signal.aborted).toBe(false);
      await queue.cancel([jobOf("a")]);
      await until(async () => (await queue.counts("cpu")).active === 0);
      expect(signal.aborted).toBe(true);
    }
    expect(order()).toEqual(["a", "a", "a", "a"]);
  });

  check("a job that fails lets others have their turn, and comes again after them", async ({ queue }) => {
    const order: string[] = [];
    await queue.add(jobOf("bad", { priority: 0 }));
    for (const node of nodes(3)) await queue.add(jobOf(node, { priority: 9 }));
    await queue.work("cpu", { concurrency: 1 }, async ({ nodeId }) => {
      order.push(nodeId);
      if (order.length === 1) throw new Error("not recorded");
    });
    await until(() => order.length === 5);
    expect(order).toEqual(["bad", "n0", "n1", "n2", "bad"]);
  });
}
