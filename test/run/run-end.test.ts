/** How runs end, and what may not happen before or after: a sceptic doubts that every run ends, and ends honestly. */
import { describe, expect, test } from "vitest";
import { decide } from "../../src/run/decide.ts";
import { ANSWER_NODE, isFinished, PLAN_NODE } from "../../src/run/state.ts";
import { drive, from, type RunDriver, spec, text } from "./drive-run.ts";

const two = (): RunDriver => drive().plan({ id: "t1" }, { id: "t2" }).closePlan();

describe("a run", () => {
  test("begins with planning, and runs with its first step", () => {
    const run = drive();
    expect(run.state).toMatchObject({ status: "planning", revision: 4 });
    expect(run.status(PLAN_NODE)).toBe("ready");
    expect(run.plan({ id: "t1" }).state.status).toBe("running");
  });

  test("succeeds when nothing was lost", () => {
    expect(two().run("t1").run("t2").answer().state.status).toBe("succeeded");
  });

  test("is partial when something was lost and something was not", () => {
    expect(two().run("t1").lose("t2").answer().state.status).toBe("partial");
  });

  test("fails when nothing was gained, but still answers", () => {
    const run = two().lose("t1").lose("t2");
    expect(run.status(ANSWER_NODE)).toBe("ready");
    expect(run.answer().state.status).toBe("failed");
  });

  test("fails with the planner's reason when there was no plan", () => {
    const run = drive().start(PLAN_NODE).fail(PLAN_NODE, { code: "not-understood", message: "what is a frobnicate?" });
    expect(run.answer().state).toMatchObject({ status: "failed", finishReason: "what is a frobnicate?" });
  });

  test("ends when even the answer fails, with that reason", () => {
    const run = two().run("t1").run("t2").lose(ANSWER_NODE, { message: "the fuser broke" });
    expect(run.state).toMatchObject({ status: "partial", finishReason: "the fuser broke" });
  });

  test("that is canceled takes every open step with it, and keeps what was done", () => {
    const run = two().run("t1").start("t2");
    run.must({ type: "cancel", reason: "the user went away" });
    expect(run.state).toMatchObject({ status: "canceled", finishReason: "the user went away" });
    expect([run.status("t1"), run.status("t2"), run.status(ANSWER_NODE)]).toEqual([
      "succeeded",
      "canceled",
      "canceled",
    ]);
  });

  test("expires at its deadline, not before", () => {
    const run = drive({ deadlineAt: 3000 }).plan({ id: "t1" });
    expect(decide(run.state, { type: "expire", at: 2999 })).toMatchObject({ outcome: "refused" });
    run.must({ type: "expire" });
    expect(run.state.status).toBe("expired");
  });

  test("that has ended is never touched again", () => {
    const run = two().run("t1").run("t2").answer();
    expect(isFinished(run.state)).toBe(true);
    for (const decision of [
      run.send({ type: "cancel", reason: "too late" }),
      run.send({ type: "expire" }),
      run.send({ type: "note", nodeId: "t1", text: "by the way" }),
      run.send({ type: "replan", nodeId: "again" }),
      run.send({ type: "complete", nodeId: "t1", attempt: 1, outputs: {}, usage: {} }),
    ]) {
      expect(decision).toEqual({ outcome: "stale", reason: "the run has ended: succeeded" });
    }
  });

  test("is created once, and nothing happens to one that was not", () => {
    const { request, deadlineAt, maxNodes } = drive().state;
    const create = { type: "create", runId: "r1", tenant: "default", request, deadlineAt, maxNodes, at: 0 } as const;
    expect(decide(drive().state, create)).toEqual({ outcome: "stale", reason: "the run exists" });
    expect(decide(undefined, { type: "cancel", reason: "x", at: 0 })).toMatchObject({ outcome: "refused" });
  });

  test("keeps notes with the step that they are about", () => {
    const run = two();
    run.must({ type: "note", nodeId: "t1", text: "repaired: input renamed" });
    expect(run.state.notes).toEqual([{ nodeId: "t1", text: "repaired: input renamed", at: run.now }]);
    expect(run.send({ type: "note", nodeId: "t9", text: "?" })).toMatchObject({ outcome: "refused" });
  });
});

describe("effects outside Tutti", () => {
  const mail = { id: "mail", effects: "external" as const };

  test("are refused unless the request allows them, and that is a loss", () => {
    const run = drive().plan({ id: "t1" }, mail, { id: "t2", inputs: { text: from("mail", "text") } });
    expect(run.node("mail").skip?.cause).toBe("refused");
    expect(run.node("t2").skip?.cause).toBe("upstream");
    expect(run.run("t1").closePlan().answer().state.status).toBe("partial");
  });

  test("wait until the plan is closed", () => {
    const run = drive({ options: { effects: "external" } }).plan({ id: "t1" }, mail);
    expect([run.status("t1"), run.status("mail")]).toEqual(["ready", "waiting"]);
    expect(run.closePlan().status("mail")).toBe("ready");
  });

  test("are held back again when the plan is opened again before they began", () => {
    const run = drive({ options: { effects: "external" } })
      .plan(mail)
      .closePlan();
    run.must({ type: "replan", nodeId: "again" });
    expect(run.status("mail")).toBe("waiting");
    expect(run.send({ type: "start", nodeId: "mail", attempt: 1, worker: "w1" }).outcome).toBe("stale");
    run.start("again");
    run.must({ type: "add-nodes", planId: "again", attempt: 1, nodes: [spec({ id: "t2" })] });
    expect(run.complete("again").node("mail")).toMatchObject({ status: "ready", attempt: 2 });
    expect(
      run
        .run("mail")
        .run("t2", { text: text("a") })
        .answer().state.status,
    ).toBe("succeeded");
  });
});
