/** How the graph grows: a sceptic doubts that a plan which comes in pieces, breaks off and comes again stays one plan. */
import { describe, expect, test } from "vitest";
import type { Decision } from "../../src/run/commands.ts";
import { ANSWER_NODE, PLAN_NODE, planClosed } from "../../src/run/state.ts";
import { drive, from, type PlannedNode, type RunDriver, spec, text } from "./drive-run.ts";

/** The planner is lost, and another one begins. */
function replanned(run: RunDriver): RunDriver {
  return run.start(PLAN_NODE).start(PLAN_NODE);
}

describe("a streamed plan", () => {
  test("runs a node as soon as its line is in and what it needs is there, while the rest is being written", () => {
    const run = drive()
      .plan({ id: "t1" })
      .run("t1", { text: text("a") });
    expect(run.status(PLAN_NODE)).toBe("running");
    run.plan({ id: "t2", inputs: { text: from("t1", "text") } });
    expect(run.status("t2")).toBe("ready");
  });

  test("is closed before the answer begins, however early the steps are done", () => {
    const run = drive().plan({ id: "t1" }).run("t1");
    expect(run.status(ANSWER_NODE)).toBe("waiting");
    run.closePlan();
    expect(planClosed(run.state)).toBe(true);
    expect(run.status(ANSWER_NODE)).toBe("ready");
  });

  test("without any step still leads to an answer", () => {
    expect(drive().start(PLAN_NODE).closePlan().answer().state.status).toBe("succeeded");
  });

  test("that fails keeps what it wrote, and the answer says so", () => {
    const run = drive().plan({ id: "t1" }).fail(PLAN_NODE, { code: "not-understood", message: "the rest is unclear" });
    run.run("t1").answer();
    expect(run.state).toMatchObject({ status: "partial", finishReason: "the rest is unclear" });
  });
});

const add = (run: RunDriver, node: PlannedNode): Decision =>
  run.send({ type: "add-nodes", planId: PLAN_NODE, attempt: 1, nodes: [spec(node)] });

describe("adding nodes", () => {
  test.each([
    ["itself", { id: "t2", after: ["t2"] }, "node t2 depends on t2, which is not in the graph"],
    ["a node to come", { id: "t2", after: ["t9"] }, "node t2 depends on t9, which is not in the graph"],
    ["the answer", { id: "t2", after: [ANSWER_NODE] }, "node t2 depends on answer, which is not in the graph"],
  ])("refuses one that depends on %s, so that there is never a cycle", (_, node, reason) => {
    const run = drive().plan({ id: "t1" });
    expect(add(run, node)).toEqual({ outcome: "refused", reason });
  });

  test.each([
    ["another of that name", { id: "t1", task: "ocr" }, "node t1 exists"],
    ["a second plan node", { id: PLAN_NODE }, "node plan exists"],
    ["an item", { id: "t2", item: { of: "t1", index: 0 } }, "node t2 is not a task"],
    ["a fusion", { id: "t2", kind: "fuse" as const }, "node t2 is not a task"],
  ])("refuses %s", (_, node, reason) => {
    expect(add(drive().plan({ id: "t1" }), node)).toEqual({ outcome: "refused", reason });
  });

  test("takes all of them or none", () => {
    const run = drive().plan({ id: "t1" });
    const nodes = [spec({ id: "t2" }), spec({ id: "t3", after: ["t9"] })];
    expect(run.send({ type: "add-nodes", planId: PLAN_NODE, attempt: 1, nodes }).outcome).toBe("refused");
    expect(run.state.nodes.has("t2")).toBe(false);
  });

  test("twice is as good as once: the acknowledgement may have been lost", () => {
    const run = drive().plan({ id: "t1", inputs: { text: { value: text("a") } } });
    expect(add(run, { id: "t1", inputs: { text: { value: text("a") } } }).outcome).toBe("stale");
    expect(add(run, { id: "t1", inputs: { text: { value: text("b") } } }).outcome).toBe("refused");
  });

  test("stops at the limit of nodes, plan and answer counted", () => {
    const run = drive({ maxNodes: 3 }).plan({ id: "t1" });
    expect(add(run, { id: "t2" })).toEqual({ outcome: "refused", reason: "a run has at most 3 nodes" });
    expect(run.send({ type: "replan", nodeId: "again" })).toMatchObject({ outcome: "refused" });
  });

  test("is for a running plan only", () => {
    const run = drive().plan({ id: "t1" }).start("t1");
    const byTask = run.send({ type: "add-nodes", planId: "t1", attempt: 1, nodes: [spec({ id: "t2" })] });
    expect(byTask).toEqual({ outcome: "refused", reason: "t1 is not a plan" });
    run.closePlan();
    expect(add(run, { id: "t2" })).toEqual({ outcome: "stale", reason: "plan is succeeded" });
  });
});

describe("a planning that was interrupted", () => {
  test("keeps what ran or runs, and takes back what did not start", () => {
    const run = drive().plan({ id: "done" }, { id: "busy" }, { id: "ready" }, { id: "waits", after: ["busy"] });
    run.run("done").start("busy");
    replanned(run);
    expect([...run.state.nodes.keys()]).toEqual([PLAN_NODE, ANSWER_NODE, "done", "busy"]);
    run.plan({ id: "other", inputs: { text: from("done", "text") } });
  });

  test("goes on counting the attempts of ids that it took back, so that no job name is used twice", () => {
    const run = replanned(drive().plan({ id: "t1" })).plan({ id: "t1", task: "ocr" });
    expect(run.node("t1")).toMatchObject({ status: "ready", attempt: 2 });
    expect(run.send({ type: "start", nodeId: "t1", attempt: 1, worker: "w1" }).outcome).toBe("stale");
  });

  test("keeps a skipped node that somebody counted on, as what it was given would change", () => {
    const run = drive().plan(
      { id: "asks" },
      { id: "skipped", when: { from: "asks", output: "text", op: "exists" } },
      { id: "runs", inputs: { text: { ...from("skipped", "text"), optional: true } } },
      { id: "unheard", inputs: { text: from("skipped", "text") } },
    );
    replanned(run.run("asks").start("runs"));
    expect([...run.state.nodes.keys()].slice(2)).toEqual(["asks", "skipped", "runs"]);
  });

  test("may repeat its plan word by word: what stayed is not added again", () => {
    const nodes = [{ id: "t1" }, { id: "t2", after: ["t1"] }];
    const run = replanned(
      drive()
        .plan(...nodes)
        .run("t1"),
    ).plan(...nodes);
    expect([...run.state.nodes.keys()].slice(2)).toEqual(["t1", "t2"]);
    expect(run.events.filter(({ type, data }) => type === "node-added" && data.node.id === "t1")).toHaveLength(1);
  });

  test("takes back nothing of another planning's, nor what that depends on", () => {
    const run = drive().plan({ id: "t1" }, { id: "t2" });
    run.must({ type: "replan", nodeId: "again" });
    run.start("again");
    const more = [spec({ id: "t3", after: ["t1"] })];
    run.must({ type: "add-nodes", planId: "again", attempt: 1, nodes: more });
    replanned(run);
    expect([...run.state.nodes.keys()].slice(2)).toEqual(["t1", "again", "t3"]);
  });
});

const ready = (): RunDriver => drive().plan({ id: "t1" }).closePlan().run("t1");

describe("planning again", () => {
  test("holds the answer back until it is done, and its queued job is superseded", () => {
    const run = ready();
    expect(run.node(ANSWER_NODE)).toMatchObject({ status: "ready", attempt: 1 });
    run.must({ type: "replan", nodeId: "again" });
    expect(run.node(ANSWER_NODE).status).toBe("waiting");
    expect(run.send({ type: "start", nodeId: ANSWER_NODE, attempt: 1, worker: "w1" }).outcome).toBe("stale");
    run.start("again");
    run.must({ type: "add-nodes", planId: "again", attempt: 1, nodes: [spec({ id: "t2", after: ["t1"] })] });
    run.complete("again").run("t2");
    expect(run.node(ANSWER_NODE)).toMatchObject({ status: "ready", attempt: 2 });
    expect(run.answer().state.status).toBe("succeeded");
  });

  test("is too late when the answer has begun, and done once for one id", () => {
    const run = ready();
    run.must({ type: "replan", nodeId: "again" });
    expect(run.send({ type: "replan", nodeId: "again" })).toEqual({ outcome: "stale", reason: "node again exists" });
    run.run("again").start(ANSWER_NODE);
    expect(run.send({ type: "replan", nodeId: "more" })).toEqual({
      outcome: "stale",
      reason: "the answer has begun",
    });
  });
});
