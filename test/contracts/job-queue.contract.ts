/** What every job queue promises: each job at least once, in a fair order, never more at once than was said. */
import { describe, expect } from "vitest";
import type { JobQueue } from "../../src/ports/job-queue.ts";
import { contractTests, pause, rejection, until, type Closable, type ContractSkip } from "./contract.ts";
import { checkComingAgain } from "./job-queue-again.contract.ts";
import { checkCounts } from "./job-queue-counts.contract.ts";
import { delivery, holdingHandler, jobOf, nodes, obedientHandler, quickHandler } from "./jobs.ts";

export interface JobQueueHarness extends Closable {
  /** Empty at first. */
  readonly queue: JobQueue;
}

export interface JobQueueContract {
  readonly name: string;
  /** @param ageMs Milliseconds of waiting that are worth one level of priority. */
  readonly open: (ageMs: number) => Promise<JobQueueHarness>;
  readonly skip?: readonly ContractSkip[];
}

/** So long that no job ages in a test, but where ageing is what it is about. */
const NO_AGEING_MS = 3_600_000;
const LONG_MS = 60_000;

/** There is always another urgent job waiting: without ageing the unimportant one would never run. */
async function outlastsUrgentJobs({ queue }: JobQueueHarness): Promise<void> {
  let urgent = 0;
  let unimportantRan = false;
  const addUrgent = (): Promise<void> => queue.add(jobOf(`u${urgent++}`, { priority: 0 }));
  for (let i = 0; i < 3; i++) await addUrgent();
  await queue.add(jobOf("unimportant", { priority: 9 }));
  await queue.work("cpu", { concurrency: 1 }, async ({ nodeId }) => {
    if (nodeId === "unimportant") unimportantRan = true;
    if (!unimportantRan) await addUrgent();
    await pause(1);
  });
  await until(() => unimportantRan);
  expect(urgent).toBeGreaterThan(3);
}

export function jobQueueContract({ name, open, skip }: JobQueueContract): void {
  const { check, verifySkips } = contractTests(() => open(NO_AGEING_MS), skip);

  describe(`${name}: delivery`, () => {
    check("brings every job to a worker, over several workers", async ({ queue }) => {
      const workers = [quickHandler(), quickHandler(), quickHandler()];
      for (const { handler } of workers) await queue.work("cpu", { concurrency: 3 }, handler);
      await Promise.all(nodes(200).map((node) => queue.add(jobOf(node))));
      const seen = (): string[] => workers.flatMap(({ order }) => order());
      await until(() => seen().length >= 200);
      expect(seen().toSorted()).toEqual(nodes(200).toSorted());
    });

    check("gives the job as it was added", async ({ queue }) => {
      const { handler, deliveries } = quickHandler();
      const job = jobOf("a", { runId: "run_1-x", attempt: 3, priority: 2, notBefore: 12 });
      await queue.add(job);
      await queue.work("cpu", { concurrency: 1 }, handler);
      expect((await delivery(deliveries, 1)).job).toEqual(job);
    });

    check("keeps lanes apart", async ({ queue }) => {
      const [cpu, remote] = [quickHandler(), quickHandler()];
      await queue.work("cpu", { concurrency: 1 }, cpu.handler);
      await queue.work("remote", { concurrency: 1 }, remote.handler);
      await queue.add(jobOf("c"));
      await queue.add(jobOf("r", { lane: "remote" }));
      await queue.add(jobOf("g", { lane: "gpu" }));
      await until(() => cpu.deliveries.length + remote.deliveries.length >= 2);
      expect([cpu.order(), remote.order()]).toEqual([["c"], ["r"]]);
      expect(await queue.counts("gpu")).toMatchObject({ waiting: 1, delayed: 0, active: 0 });
    });

    check("an id that waits, is delayed or is active is not added again", async ({ queue }) => {
      const { handler, deliveries, order } = holdingHandler();
      const delayed = jobOf("delayed", { notBefore: Date.now() + LONG_MS });
      for (const job of [jobOf("a"), jobOf("a"), delayed, delayed]) await queue.add(job);
      expect(await queue.counts("cpu")).toMatchObject({ waiting: 1, delayed: 1, active: 0 });
      await queue.work("cpu", { concurrency: 4 }, handler);
      const first = await delivery(deliveries, 1);
      await queue.add(jobOf("a"));
      await queue.add(jobOf("b"));
      (await delivery(deliveries, 2)).done();
      first.done();
      await until(async () => (await queue.counts("cpu")).active === 0);
      expect(order()).toEqual(["a", "b"]);
    });

    check("never has more active than was said, and as many as that", async ({ queue }) => {
      const { handler, deliveries, order } = holdingHandler();
      await queue.work("cpu", { concurrency: 3 }, handler);
      for (const node of nodes(30)) await queue.add(jobOf(node));
      for (let done = 0; done < 30; done++) {
        await delivery(deliveries, Math.min(done + 3, 30));
        await pause(1);
        expect(deliveries.length - done).toBeLessThanOrEqual(3);
        deliveries[done]?.done();
      }
      expect(order()).toHaveLength(30);
    });
  });

  describe(`${name}: counts`, () => {
    checkCounts(check);
  });

  describe(`${name}: order`, () => {
    check("urgent jobs come first; equal ones as they were added", async ({ queue }) => {
      const { handler, deliveries, order } = quickHandler();
      for (const [node, priority] of Object.entries({ a9: 9, b5: 5, c0: 0, d5: 5, e0: 0, f9: 9, g1: 1 })) {
        await queue.add(jobOf(node, { priority }));
      }
      await queue.work("cpu", { concurrency: 1 }, handler);
      await delivery(deliveries, 7);
      expect(order()).toEqual(["c0", "e0", "g1", "b5", "d5", "a9", "f9"]);
    });

    check("a job that waits gets its turn, however many more urgent ones keep coming", outlastsUrgentJobs, () =>
      open(10),
    );

    check("a job does not start before its time, and does not hold up others", async ({ queue }) => {
      const starts: [string, number][] = [];
      const notBefore = Date.now() + 600;
      await queue.add(jobOf("later", { notBefore, priority: 0 }));
      await queue.add(jobOf("soon", { notBefore: Date.now() + 300, priority: 0 }));
      await queue.add(jobOf("now"));
      expect((await queue.counts("cpu")).delayed).toBeGreaterThan(0);
      await queue.work("cpu", { concurrency: 1 }, async ({ nodeId }) => void starts.push([nodeId, Date.now()]));
      await until(() => starts.length === 3);
      expect(starts.map(([node]) => node)).toEqual(["now", "soon", "later"]);
      expect(starts[2]?.[1]).toBeGreaterThanOrEqual(notBefore);
    });
  });

  describe(`${name}: faults`, () => {
    check("a job whose handler rejects is delivered again until its outcome is recorded", async ({ queue }) => {
      const { handler, deliveries, order } = holdingHandler();
      await queue.work("cpu", { concurrency: 1 }, handler);
      await queue.add(jobOf("a"));
      (await delivery(deliveries, 1)).fail();
      (await delivery(deliveries, 2)).fail();
      const third = await delivery(deliveries, 3);
      expect(third.signal.aborted).toBe(false);
      third.done();
      await until(async () => (await queue.counts("cpu")).active === 0);
      expect(order()).toEqual(["a", "a", "a"]);
      expect(await queue.counts("cpu")).toMatchObject({ waiting: 0, delayed: 0, active: 0 });
    });

    check("a handler that throws does not stop the others", async ({ queue }) => {
      const seen = new Set<string>();
      await queue.work("cpu", { concurrency: 2 }, (job) => {
        if (job.nodeId === "bad" && !seen.has("n19")) throw new Error("thrown, not rejected");
        seen.add(job.nodeId);
        return Promise.resolve();
      });
      await queue.add(jobOf("bad"));
      for (const node of nodes(20)) await queue.add(jobOf(node));
      await until(() => seen.size === 21);
      expect(seen).toEqual(new Set(["bad", ...nodes(20)]));
    });
  });

  describe(`${name}: cancel`, () => {
    check("forgets waiting and delayed jobs, and none but those", async ({ queue }) => {
      const { handler, deliveries, order } = quickHandler();
      for (const node of nodes(4)) await queue.add(jobOf(node));
      await queue.add(jobOf("delayed", { notBefore: Date.now() + 100 }));
      await queue.add(jobOf("other", { runId: "other", priority: 9 }));
      await queue.cancel([...nodes(4), "delayed", "unknown"].map((node) => jobOf(node)));
      await queue.cancel([]);
      expect(await queue.counts("cpu")).toMatchObject({ waiting: 1, delayed: 0, active: 0 });
      await queue.work("cpu", { concurrency: 1 }, handler);
      await delivery(deliveries, 1);
      await pause(150);
      expect(order()).toEqual(["other"]);
    });

    check("jobs that it forgot may come again", async ({ queue }) => {
      const { handler, deliveries, order } = quickHandler();
      for (const node of nodes(5)) await queue.add(jobOf(node));
      await queue.cancel([jobOf("n1"), jobOf("n3")]);
      await queue.add(jobOf("n1"));
      await queue.work("cpu", { concurrency: 1 }, handler);
      await delivery(deliveries, 4);
      expect(order()).toEqual(["n0", "n2", "n4", "n1"]);
    });

    check("aborts the signals of active jobs, which do not come again", async ({ queue }) => {
      const { handler, deliveries, order } = obedientHandler();
      await queue.work("cpu", { concurrency: 4 }, handler);
      for (const node of ["a", "b"]) await queue.add(jobOf(node));
      await queue.add(jobOf("c", { runId: "other" }));
      await delivery(deliveries, 3);
      await queue.cancel([jobOf("a")]);
      await until(async () => (await queue.counts("cpu")).active === 2);
      expect(deliveries.map(({ signal }) => signal.aborted)).toEqual([true, false, false]);
      await queue.cancel([jobOf("a"), jobOf("b")]);
      await until(async () => (await queue.counts("cpu")).active === 1);
      expect(deliveries.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
      await pause(150);
      expect(order()).toEqual(["a", "b", "c"]);
    });
  });

  describe(`${name}: coming again`, () => {
    checkComingAgain(check);
  });

  describe(`${name}: closing`, () => {
    check("a worker that closes finishes what it has and takes nothing new", async ({ queue }) => {
      const [first, second] = [holdingHandler(), quickHandler()];
      const worker = await queue.work("cpu", { concurrency: 2 }, first.handler);
      for (const node of nodes(5)) await queue.add(jobOf(node));
      const last = await delivery(first.deliveries, 2);
      const closing = worker.close(LONG_MS);
      first.deliveries[0]?.done();
      await until(async () => (await queue.counts("cpu")).active === 1);
      await pause(20);
      last.done();
      await closing;
      expect(first.order()).toEqual(["n0", "n1"]);
      expect(first.deliveries.map(({ signal }) => signal.aborted)).toEqual([false, false]);
      expect(await queue.counts("cpu")).toMatchObject({ waiting: 3, delayed: 0, active: 0 });
      await queue.work("cpu", { concurrency: 1 }, second.handler);
      await delivery(second.deliveries, 3);
      expect(second.order()).toEqual(["n2", "n3", "n4"]);
    });

    check("what is not finished in time is aborted and goes to another worker", async ({ queue }) => {
      const [first, second] = [obedientHandler(), quickHandler()];
      const worker = await queue.work("cpu", { concurrency: 2 }, first.handler);
      for (const node of ["a", "b"]) await queue.add(jobOf(node));
      await delivery(first.deliveries, 2);
      await worker.close(20);
      expect(first.deliveries.map(({ signal }) => signal.aborted)).toEqual([true, true]);
      await queue.work("cpu", { concurrency: 1 }, second.handler);
      await delivery(second.deliveries, 2);
      expect(second.order().toSorted()).toEqual(["a", "b"]);
    });

    check("a handler that does not heed its signal cannot keep a worker from closing", async ({ queue }) => {
      const [first, second] = [holdingHandler(), holdingHandler()];
      const worker = await queue.work("cpu", { concurrency: 1 }, first.handler);
      await queue.add(jobOf("a"));
      const late = await delivery(first.deliveries, 1);
      await worker.close(0);
      await queue.work("cpu", { concurrency: 1 }, second.handler);
      const taken = await delivery(second.deliveries, 1);
      // The end of the delivery that was given up must not be taken for the end of the one that is going on.
      late.fail();
      await pause(10);
      expect(await queue.counts("cpu")).toMatchObject({ waiting: 0, delayed: 0, active: 1 });
      taken.done();
      await until(async () => (await queue.counts("cpu")).active === 0);
      expect(second.order()).toEqual(["a"]);
    });

    check("a job that is done in spite of the abort does not come again", async ({ queue }) => {
      const [first, second] = [holdingHandler(), quickHandler()];
      const worker = await queue.work("cpu", { concurrency: 1 }, first.handler);
      await queue.add(jobOf("a"));
      const { signal, done } = await delivery(first.deliveries, 1);
      signal.addEventListener("abort", done);
      await worker.close(0);
      await queue.work("cpu", { concurrency: 1 }, second.handler);
      await queue.add(jobOf("b"));
      await delivery(second.deliveries, 1);
      expect(second.order()).toEqual(["b"]);
    });

    check("a queue that closes aborts what is active and takes nothing more", async ({ queue }) => {
      const { handler, deliveries, order } = obedientHandler();
      await queue.work("cpu", { concurrency: 1 }, handler);
      for (const node of nodes(3)) await queue.add(jobOf(node));
      const { signal } = await delivery(deliveries, 1);
      await queue.close();
      expect(signal.aborted).toBe(true);
      expect(await rejection(queue.add(jobOf("late")))).toBeInstanceOf(Error);
      expect(await rejection(queue.work("cpu", { concurrency: 1 }, handler))).toBeInstanceOf(Error);
      expect(order()).toEqual(["n0"]);
    });
  });
  verifySkips();
}
