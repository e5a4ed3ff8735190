/** Steps mapped over lists: a sceptic doubts the width that only the run knows, and what happens to places when items fail. */
import { describe, expect, test } from "vitest";
import { ANSWER_NODE, itemsOf, outputOf, PLAN_NODE } from "../../src/run/state.ts";
import { drive, from, number, type RunDriver, text, texts } from "./drive-run.ts";

const caption = (id: string, extra: object = {}) => ({
  id,
  task: "image-to-text",
  each: { over: from("t1", "list"), ...extra },
  inputs: { image: { item: true as const } },
  outputTypes: { text: "text" as const },
});

/** t1 gives as many texts; t2 is mapped over them. */
function mapped(count: number, extra: object = {}): RunDriver {
  const words = Array.from({ length: count }, (_, index) => `photo ${index}`);
  return drive()
    .plan({ id: "t1" }, caption("t2", extra))
    .run("t1", { list: texts(...words) });
}

describe("a mapped step", () => {
  test("spreads when the width is known, each item with its own input", () => {
    const run = drive().plan({ id: "t1" }, caption("t2"));
    expect(run.status("t2")).toBe("waiting");
    run.run("t1", { list: texts("a", "b", "c") });
    expect(run.node("t2")).toMatchObject({ status: "running", width: 3 });
    expect(itemsOf(run.state, "t2").map(({ spec, status }) => [spec.id, spec.inputs, status])).toEqual([
      ["t2__0", { image: { ...from("t1", "list"), index: 0 } }, "ready"],
      ["t2__1", { image: { ...from("t1", "list"), index: 1 } }, "ready"],
      ["t2__2", { image: { ...from("t1", "list"), index: 2 } }, "ready"],
    ]);
  });

  test("gives the successes with their places, and the failures with what went wrong", () => {
    const run = mapped(3).plan({ id: "t3", inputs: { texts: from("t2", "text") } });
    run.run("t2__2", { text: text("last") }).run("t2__0", { text: text("first") });
    expect(run.status("t3")).toBe("waiting");
    run.lose("t2__1", { code: "bad-input", message: "truncated" });
    expect(outputOf(run.state, "t2", "text")).toEqual({
      type: "list",
      of: "text",
      items: [text("first"), text("last")],
      index: [0, 2],
      failures: [{ index: 1, code: "bad-input", message: "truncated" }],
    });
    expect([run.status("t2"), run.status("t3")]).toEqual(["succeeded", "ready"]);
    expect(run.run("t3").closePlan().answer().state.status).toBe("partial");
  });

  test("with `require: all` fails when one item does, once the others are done", () => {
    const run = mapped(2, { require: "all" }).plan({ id: "t3", inputs: { texts: from("t2", "text") } });
    run.lose("t2__0", { code: "timeout", message: "too slow" });
    expect(run.status("t2")).toBe("running");
    run.run("t2__1");
    expect(run.node("t2").error).toEqual({
      code: "timeout",
      message: "1 of 2 items gave nothing; item 0: too slow",
      retryable: false,
    });
    expect(run.status("t3")).toBe("skipped");
  });

  test("fails when all of its items do", () => {
    const run = mapped(2).lose("t2__0").lose("t2__1");
    expect(run.node("t2")).toMatchObject({ status: "failed", error: { code: "expert-failed" } });
  });

  test("over an empty list is done at once, and gives an empty list", () => {
    const run = mapped(0);
    expect(run.status("t2")).toBe("succeeded");
    expect(outputOf(run.state, "t2", "text")).toMatchObject({ items: [], index: [], failures: [] });
  });

  test("over a list that was spilled needs only its length", () => {
    const run = drive().plan({ id: "t1" }, caption("t2"));
    run.run("t1", { list: { type: "spilled", of: { list: "text" }, ref: "x", bytes: 9000, length: 4 } });
    expect(itemsOf(run.state, "t2")).toHaveLength(4);
  });

  test("over a list that the plan spells out takes bindings as they are", () => {
    const run = drive().plan(
      { id: "t1" },
      { ...caption("t2"), each: { over: { list: [from("t1", "text"), { value: text("b") }] } } },
    );
    run.run("t1", { text: text("a") });
    const inputs = itemsOf(run.state, "t2").map(({ spec }) => spec.inputs);
    expect(inputs).toEqual([{ image: from("t1", "text") }, { image: { value: text("b") } }]);
  });

  test("over what is no list fails and says so", () => {
    const run = drive()
      .plan({ id: "t1" }, caption("t2"))
      .run("t1", { list: number(3) });
    expect(run.node("t2").error).toMatchObject({
      code: "invalid-plan",
      message: "what it is mapped over is not a list",
    });
  });

  test("over an optional list that did not come has nothing to do", () => {
    const each = { over: { ...from("t1", "list"), optional: true } };
    const run = drive()
      .plan({ id: "t1" }, { ...caption("t2"), each })
      .lose("t1");
    expect(run.node("t2")).toMatchObject({ status: "succeeded", width: 0 });
  });

  test("that would pass the limit of nodes fails alone; nothing is added", () => {
    const run = drive({ maxNodes: 6 }).plan({ id: "t1" }, caption("t2"));
    run.run("t1", { list: texts("a", "b", "c") });
    expect(run.node("t2").error).toMatchObject({ code: "too-large" });
    expect(run.node("t2").error?.message).toBe("3 items would pass the limit of 6 nodes in a run");
    expect(itemsOf(run.state, "t2")).toEqual([]);
  });

  test("that nobody may take back any more stays when planning begins anew", () => {
    const run = mapped(2).start(PLAN_NODE).start(PLAN_NODE);
    expect([...run.state.nodes.keys()]).toEqual([PLAN_NODE, ANSWER_NODE, "t1", "t2", "t2__0", "t2__1"]);
  });

  test("tells of an item that succeeded without the output that is asked for", () => {
    const run = mapped(1).run("t2__0", { other: text("a") });
    expect(outputOf(run.state, "t2", "text")).toMatchObject({
      items: [],
      failures: [{ index: 0, code: "no-output", message: "the step gave no output text" }],
    });
  });
});

describe("places in a mapped result", () => {
  const second = { ...from("t2", "text"), index: 1 };

  test("don't move when an item before them fails: the second photo's caption stays the second photo's", () => {
    const run = mapped(3).plan({ id: "t3", inputs: { text: second } });
    run
      .lose("t2__0")
      .run("t2__1", { text: text("photo 1") })
      .run("t2__2", { text: text("photo 2") });
    expect(run.status("t3")).toBe("ready");
    run.plan({ id: "t4", inputs: { text: { ...from("t2", "text"), index: 0 } } });
    expect(run.node("t4").skip).toEqual({ cause: "upstream", reason: "needs t2.text: item 0: it broke" });
  });

  test("are kept by a second map over the first", () => {
    const again = { ...caption("t3"), each: { over: from("t2", "text") }, task: "translation" };
    const run = mapped(3).plan(again);
    run
      .lose("t2__0")
      .run("t2__1", { text: text("b") })
      .run("t2__2", { text: text("c") });
    expect(itemsOf(run.state, "t3").map(({ spec }) => spec.id)).toEqual(["t3__1", "t3__2"]);
    run.run("t3__1", { text: text("B") }).run("t3__2", { text: text("C") });
    expect(outputOf(run.state, "t3", "text")).toMatchObject({ items: [text("B"), text("C")], index: [1, 2] });
  });
});
