/** Is every outcome of a job recorded as what it was, once, and is a job that was taken away left for somebody else? */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { TuttiError } from "../../src/errors.ts";
import { createGivenPlanner } from "../../src/plan/given-plan.ts";
import type { RunStore } from "../../src/ports/run-store.ts";
import { runJob } from "../../workers/run-job.ts";
import { textNode } from "../dispatch/controller.ts";
import {
  hangingScript,
  scriptedCard,
  scriptExperts,
  shoutScript,
  textTask,
  until,
  type Script,
} from "../fakes/scripted-experts.ts";
import { openBench, type Bench } from "./bench.ts";

const open: Bench[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((bench) => bench.close()));
});

/** A run of one step, t1, which is routed to an expert that does as the script says, and to a second one after it. */
async function start(script: Script, aroundStore?: (store: RunStore) => RunStore) {
  const experts = scriptExperts(
    [textTask],
    [
      { card: scriptedCard("a/first", textTask), script },
      { card: scriptedCard("b/second", textTask), script: shoutScript },
    ],
  );
  const bench = await openBench(experts, aroundStore ? { aroundStore } : {});
  open.push(bench);
  const deps = { ...bench.deps, planner: createGivenPlanner([textNode("t1")]) };
  await bench.create();
  await runJob(deps, await bench.jobOf("plan"), new AbortController().signal);
  await bench.route("t1", "a/first", "b/second");
  const job = await bench.jobOf("t1");
  return {
    ...bench,
    calls: experts.calls,
    job,
    work: (signal = new AbortController().signal) => runJob(deps, job, signal),
  };
}

const terminal = async ({ store }: Pick<Bench, "store">) => {
  const events = await store.read("r1");
  return events.flatMap((event) =>
    event.type === "node-succeeded" || event.type === "node-failed" || event.type === "attempt-failed"
      ? [`${event.type} ${event.data.nodeId}`]
      : [],
  );
};

describe("an outcome", () => {
  it("that is good is recorded with what it took, and nothing is left of the call", async () => {
    const bench = await start(async ({ inputs, scratch }) => {
      await mkdir(scratch);
      await writeFile(join(scratch, "left-over"), "x");
      return { text: `${String(inputs["text"])}!` };
    });
    await bench.work();
    const node = await bench.nodeOf("t1");
    expect(node).toMatchObject({ status: "succeeded", worker: "w", outputs: { text: { value: "t1!" } } });
    expect(node.usage).toEqual({ queueMs: expect.any(Number) as number, runMs: 0 });
    expect(await readdir(bench.scratchRoot)).toEqual([]);
  });

  it("that is bad is recorded with what comes next: another expert", async () => {
    const bench = await start(() => Promise.reject(new Error("broken weights")));
    await bench.work();
    const node = await bench.nodeOf("t1");
    expect(node).toMatchObject({ status: "ready", attempt: 2, expertIndex: 1 });
    expect(node.failedAttempts[0]?.error).toEqual({ code: "internal", message: "broken weights", retryable: false });
    expect(await readdir(bench.scratchRoot)).toEqual([]);
  });

  it("that no other expert could better ends the step", async () => {
    const bench = await start(() => Promise.reject(new TuttiError("bad-input", "no text in it")));
    await bench.work();
    expect(await bench.nodeOf("t1")).toMatchObject({ status: "failed", error: { code: "bad-input" } });
    expect(await terminal(bench)).toEqual(["node-succeeded plan", "node-failed t1"]);
  });

  it("that can't be recorded is no outcome: the job is to be delivered again", async () => {
    const full = new TuttiError("in-use", "the disk is busy", { retryable: true });
    let broken = true;
    const bench = await start(shoutScript, (store) => ({
      ...store,
      commit: (commit) =>
        broken && commit.events.some((event) => event.type === "node-succeeded" && event.data.nodeId === "t1")
          ? Promise.reject(full)
          : store.commit(commit),
    }));
    await expect(bench.work()).rejects.toBe(full);
    expect(await bench.nodeOf("t1")).toMatchObject({ status: "running", attempt: 1, failedAttempts: [] });
    broken = false;
    await bench.work();
    expect(await bench.nodeOf("t1")).toMatchObject({ status: "succeeded", attempt: 1, delivery: 2 });
  });
});

describe("a job", () => {
  it("whose step is done, or was never there, is not done again", async () => {
    const bench = await start(shoutScript);
    await bench.work();
    await bench.work();
    await runJob(bench.deps, { ...bench.job, nodeId: "gone" }, new AbortController().signal);
    await runJob(bench.deps, { ...bench.job, attempt: 7 }, new AbortController().signal);
    expect(bench.calls).toEqual(["a/first"]);
    expect(await terminal(bench)).toEqual(["node-succeeded plan", "node-succeeded t1"]);
  });

  it("of an attempt that another one has followed is not done, though that one is under way", async () => {
    const bench = await start(() => Promise.reject(new Error("broken weights")));
    await bench.work();
    await bench.claim("t1");
    expect(await bench.nodeOf("t1")).toMatchObject({ status: "running", attempt: 2 });
    await bench.work();
    expect(bench.calls).toEqual(["a/first"]);
  });

  it("that comes twice at once is recorded once", async () => {
    const gate = hangingScript();
    const bench = await start(gate.script);
    const both = [bench.work(), bench.work()];
    await until(() => bench.calls.length === 2);
    gate.release();
    await Promise.all(both);
    expect(await terminal(bench)).toEqual(["node-succeeded plan", "node-succeeded t1"]);
  });

  it("that can't start for a fault of ours is not dropped in silence", async () => {
    const bench = await start(shoutScript);
    const other = await openBench(scriptExperts([textTask], []));
    open.push(other);
    await other.create();
    await runJob(
      { ...other.deps, planner: createGivenPlanner([textNode("t1")]) },
      await other.jobOf("plan"),
      AbortSignal.any([]),
    );
    await expect(runJob(other.deps, bench.job, new AbortController().signal)).rejects.toThrow(/not routed/);
  });

  it("of a run that there is not is refused", async () => {
    const bench = await start(shoutScript);
    const job = { ...bench.job, runId: "nope" };
    await expect(runJob(bench.deps, job, new AbortController().signal)).rejects.toMatchObject({ code: "unknown-run" });
  });
});

describe("a job that is taken away", () => {
  it("by a shutdown is thrown back, and its attempt stays open for the next worker", async () => {
    const gate = hangingScript();
    const bench = await start(gate.script);
    const stop = new AbortController();
    const working = bench.work(stop.signal);
    await until(() => gate.active() === 1);
    stop.abort(new TuttiError("shutting-down", "closing"));
    await expect(working).rejects.toMatchObject({ code: "canceled" });
    expect(await bench.nodeOf("t1")).toMatchObject({ status: "running", attempt: 1, failedAttempts: [] });
    expect(await readdir(bench.scratchRoot)).toEqual([]);
    gate.release();
    await bench.work();
    expect(await bench.nodeOf("t1")).toMatchObject({ status: "succeeded", attempt: 1, delivery: 2 });
  });

  it("by the end of the run is over, and what it still finds is not recorded", async () => {
    const gate = hangingScript();
    const bench = await start(gate.script);
    const stop = new AbortController();
    const working = bench.work(stop.signal);
    await until(() => gate.active() === 1);
    await bench.book.change("r1", { type: "cancel", at: Date.now(), reason: "enough" });
    stop.abort(new TuttiError("canceled", "the run ended"));
    await working;
    expect((await bench.nodeOf("t1")).status).toBe("canceled");
    expect(await terminal(bench)).toEqual(["node-succeeded plan"]);
  });

  it("but has its result all the same: after the end of the run that is too late", async () => {
    const gate = hangingScript();
    const bench = await start(gate.script);
    const working = bench.work();
    await until(() => gate.active() === 1);
    await bench.book.change("r1", { type: "cancel", at: Date.now(), reason: "enough" });
    gate.release();
    await working;
    expect((await bench.nodeOf("t1")).outputs).toEqual({});
    expect(await terminal(bench)).toEqual(["node-succeeded plan"]);
  });
});

it("the answer is made of what there is, and is recorded with who made it", async () => {
  const bench = await start(shoutScript);
  await bench.work();
  await runJob(bench.deps, await bench.jobOf("answer"), new AbortController().signal);
  const { outputs } = await bench.nodeOf("answer");
  expect(outputs).toMatchObject({
    answer: { type: "json", value: { text: "Shout: T1 [t1]" } },
    fuser: { value: "template@1" },
  });
  expect((await bench.book.state("r1"))?.status).toBe("succeeded");
});
