/** Who may speak for a step: a sceptic doubts that late, repeated and resurrected workers can do no harm. */
import { describe, expect, test } from "vitest";
import { MAX_DELIVERIES } from "../../src/run/decide.ts";
import { ANSWER_NODE, PLAN_NODE } from "../../src/run/state.ts";
import { DETECTOR, drive, number, SECOND_DETECTOR, spec, text, texts } from "./drive-run.ts";

const failure = (retryable: boolean) => ({ code: "expert-failed", message: "it broke", retryable });

describe("an attempt", () => {
  test("is the same when it is delivered again, and counts its deliveries", () => {
    const run = drive().plan({ id: "t1" }).start("t1", "w1").start("t1", "w2");
    expect(run.node("t1")).toMatchObject({ status: "running", attempt: 1, delivery: 2, worker: "w2" });
  });

  test("is completed once: whoever comes second is stale and changes nothing", () => {
    const run = drive()
      .plan({ id: "t1" })
      .start("t1", "w1")
      .start("t1", "w2")
      .complete("t1", { count: number(1) });
    const before = run.state;
    const late = { type: "complete", nodeId: "t1", attempt: 1, outputs: { count: number(2) }, usage: {} } as const;
    expect(run.send(late)).toEqual({ outcome: "stale", reason: "t1 is succeeded" });
    expect(run.send({ type: "fail", nodeId: "t1", attempt: 1, error: failure(false) })).toMatchObject({
      outcome: "stale",
    });
    expect(run.state).toBe(before);
    expect(run.node("t1").outputs).toEqual({ count: number(1) });
  });

  test("is superseded by a retry: its worker is stale from then on, the new one is not", () => {
    const run = drive().plan({ id: "t1" }).start("t1").fail("t1", { code: "timeout", message: "too slow" }, 0);
    expect(run.node("t1")).toMatchObject({ status: "ready", attempt: 2, delivery: 0 });
    const late = { type: "complete", nodeId: "t1", attempt: 1, outputs: {}, usage: {} } as const;
    expect(run.send(late)).toEqual({ outcome: "stale", reason: "attempt 1 of t1 is superseded by 2" });
    expect(run.send({ type: "start", nodeId: "t1", attempt: 1, worker: "w1" })).toMatchObject({ outcome: "stale" });
    run.run("t1");
    expect(run.node("t1")).toMatchObject({ status: "succeeded", attempt: 2 });
  });

  test("may be handed to the next expert; both are remembered", () => {
    const run = drive().plan({ id: "t1" }).start("t1").fail("t1", { code: "timeout" }, 1).start("t1");
    expect(run.node("t1").expert).toEqual(SECOND_DETECTOR);
    expect(run.node("t1").failedAttempts).toEqual([
      { attempt: 1, expert: DETECTOR, error: { code: "timeout", message: "it broke", retryable: true } },
    ]);
  });

  test("that fails before it starts is not blamed on the expert before it", () => {
    const run = drive().plan({ id: "t1" }).start("t1").fail("t1", {}, 1).fail("t1", {}, 0);
    expect(run.node("t1").failedAttempts.map(({ expert }) => expert)).toEqual([DETECTOR, SECOND_DETECTOR]);
  });

  test.each([2, -1, 0.5])("can't be handed to expert number %d of two", (expertIndex) => {
    const run = drive().plan({ id: "t1" }).start("t1");
    const next = { expertIndex, notBefore: 0 };
    const decision = run.send({ type: "fail", nodeId: "t1", attempt: 1, error: failure(true), next });
    expect(decision).toEqual({ outcome: "refused", reason: `no expert ${expertIndex}` });
  });

  test("says from when on the next one is due", () => {
    const run = drive().plan({ id: "t1" }).start("t1");
    const next = { expertIndex: 0, notBefore: 99_000 };
    run.must({ type: "fail", nodeId: "t1", attempt: 1, error: failure(true), next });
    expect(run.events.at(-1)).toMatchObject({ type: "node-ready", data: { attempt: 2, notBefore: 99_000 } });
  });

  test("of a step that nobody was chosen for does not start", () => {
    const run = drive().plan({ id: "t1" });
    const decision = run.send({ type: "start", nodeId: "t1", attempt: 1, worker: "w1" });
    expect(decision).toEqual({ outcome: "refused", reason: "t1 is not routed to an expert" });
    const nobody = { type: "route", nodeId: "t1", attempt: 1, experts: [], reason: "none is healthy" } as const;
    expect(run.send(nobody)).toMatchObject({ outcome: "refused" });
    expect(run.fail("t1", { code: "expert-unavailable" }).status("t1")).toBe("failed");
  });

  test("is routed once: the order of experts is not changed under a running list", () => {
    const run = drive().plan({ id: "t1" }).start("t1").fail("t1", {}, 1);
    const again = { type: "route", nodeId: "t1", attempt: 2, experts: [SECOND_DETECTOR], reason: "again" } as const;
    expect(run.send(again)).toEqual({ outcome: "stale", reason: "the node is routed" });
  });

  test("completes only if it was started", () => {
    const run = drive().plan({ id: "t1" });
    const early = { type: "complete", nodeId: "t1", attempt: 1, outputs: {}, usage: {} } as const;
    expect(run.send(early)).toEqual({ outcome: "stale", reason: "t1 is ready" });
  });
});

describe("a step that takes its workers down", () => {
  test(`is given up when it would be delivered for the ${MAX_DELIVERIES + 1}th time`, () => {
    const run = drive().plan({ id: "t1" }, { id: "t2", after: ["t1"] });
    for (let delivery = 1; delivery <= MAX_DELIVERIES; delivery += 1) run.start("t1", `w${delivery}`);
    expect(run.status("t1")).toBe("running");
    run.start("t1", "one-too-many");
    expect(run.node("t1")).toMatchObject({ status: "failed", error: { code: "poisoned", retryable: false } });
    expect(run.events.filter(({ type }) => type === "node-started")).toHaveLength(MAX_DELIVERIES + 1);
    expect(run.status("t2")).toBe("ready");
  });

  test("starts to count anew with a new attempt", () => {
    const run = drive().plan({ id: "t1" });
    for (let delivery = 1; delivery <= MAX_DELIVERIES; delivery += 1) run.start("t1");
    run.fail("t1", {}, 1).start("t1");
    expect(run.node("t1")).toMatchObject({ status: "running", attempt: 2, delivery: 1 });
  });

  test("ends the run when it is the answer itself", () => {
    const run = drive().plan({ id: "t1" }).closePlan().run("t1");
    for (let delivery = 1; delivery <= MAX_DELIVERIES + 1; delivery += 1) run.start(ANSWER_NODE);
    expect(run.state).toMatchObject({ status: "partial" });
    expect(run.state.finishReason).toContain(`given up after ${MAX_DELIVERIES} workers`);
  });
});

describe("a planning that is delivered again", () => {
  test("becomes a new attempt, for the planner that was thought dead may still be writing", () => {
    const run = drive().plan({ id: "t1" });
    run.must({ type: "start", nodeId: PLAN_NODE, attempt: 1, worker: "w2" });
    expect(run.node(PLAN_NODE)).toMatchObject({ status: "ready", attempt: 2 });
    expect(run.node(PLAN_NODE).failedAttempts).toMatchObject([{ attempt: 1, error: { code: "worker-crashed" } }]);

    const zombie = { planId: PLAN_NODE, attempt: 1 };
    const line = run.send({ type: "add-nodes", ...zombie, nodes: [spec({ id: "t2" })] });
    const end = run.send({ type: "complete", nodeId: PLAN_NODE, attempt: 1, outputs: {}, usage: {} });
    expect([line.outcome, end.outcome]).toEqual(["stale", "stale"]);
    run.start(PLAN_NODE, "w2").plan({ id: "t3" }).closePlan();
    expect([...run.state.nodes.keys()]).toEqual([PLAN_NODE, ANSWER_NODE, "t3"]);
  });

  test(`is given up after ${MAX_DELIVERIES} workers`, () => {
    const run = drive();
    for (let attempt = 1; attempt <= MAX_DELIVERIES; attempt += 1) run.start(PLAN_NODE).start(PLAN_NODE);
    expect(run.node(PLAN_NODE)).toMatchObject({
      status: "failed",
      attempt: MAX_DELIVERIES,
      error: { code: "poisoned" },
    });
    expect(run.answer().state.status).toBe("failed");
  });
});

describe("a mapped step", () => {
  test("has no attempt that a worker could start, complete or fail", () => {
    const run = drive().plan({ id: "t1", each: { over: { value: texts("a", "b") } }, inputs: { of: { item: true } } });
    const mine = { nodeId: "t1", attempt: run.node("t1").attempt };
    for (const decision of [
      run.send({ type: "start", ...mine, worker: "w1" }),
      run.send({ type: "complete", ...mine, outputs: { text: text("mine") }, usage: {} }),
      run.send({ type: "fail", ...mine, error: failure(false) }),
    ]) {
      expect(decision).toEqual({ outcome: "stale", reason: "t1 is mapped; its items run" });
    }
  });
});
