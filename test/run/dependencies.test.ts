/** What a step waits for, and what becomes of it when that does not come. */
import { describe, expect, test } from "vitest";
import { drive, from, text, texts } from "./drive-run.ts";

describe("`after`", () => {
  test("waits for a node to settle in whatever way", () => {
    const run = drive().plan({ id: "t1" }, { id: "t2", after: ["t1"] });
    expect(run.status("t2")).toBe("waiting");
    expect(run.lose("t1").status("t2")).toBe("ready");
  });
});

describe("an input", () => {
  test("waits for success: without it the step is skipped, with the reason, and so is what needs that", () => {
    const run = drive().plan(
      { id: "t1" },
      { id: "t2", inputs: { text: from("t1", "text") } },
      { id: "t3", inputs: { text: from("t2", "text") } },
    );
    run.lose("t1", { code: "bad-input", message: "the picture is truncated" });
    expect(run.node("t2").skip).toEqual({ cause: "upstream", reason: "needs t1.text: the picture is truncated" });
    expect(run.node("t3").skip).toEqual({
      cause: "upstream",
      reason: "needs t2.text: needs t1.text: the picture is truncated",
    });
  });

  test("that is optional waits as well, then goes without", () => {
    const run = drive().plan({ id: "t1" }, { id: "t2", inputs: { hint: { ...from("t1", "text"), optional: true } } });
    expect(run.status("t2")).toBe("waiting");
    expect(run.lose("t1").status("t2")).toBe("ready");
  });

  test("inside a template or a list is an input like any other", () => {
    const run = drive().plan(
      { id: "t1" },
      { id: "t2", inputs: { text: { template: ["It says: ", from("t1", "text")] } } },
      { id: "t3", inputs: { texts: { list: [{ value: text("a") }, from("t1", "text")] } } },
    );
    expect([run.status("t2"), run.status("t3")]).toEqual(["waiting", "waiting"]);
    run.lose("t1");
    expect([run.status("t2"), run.status("t3")]).toEqual(["skipped", "skipped"]);
  });

  test("that can never come decides at once, whatever else the step waits for", () => {
    const run = drive().plan(
      { id: "t1" },
      { id: "slow" },
      { id: "t2", inputs: { text: from("t1", "text") }, after: ["slow"] },
    );
    run.start("slow").lose("t1");
    expect(run.status("t2")).toBe("skipped");
  });

  test("must really have been given, not only promised", () => {
    const run = drive().plan({ id: "t1" }, { id: "t2", inputs: { text: from("t1", "text") } });
    run.run("t1", { other: text("a") });
    expect(run.node("t2").skip).toEqual({ cause: "upstream", reason: "needs t1.text: t1 gave no output text" });
  });

  test("named like something that every object inherits is not thereby there", () => {
    const run = drive().plan({ id: "t1" }, { id: "t2", inputs: { text: from("t1", "constructor") } });
    expect(run.run("t1").status("t2")).toBe("skipped");
  });

  test.each([
    [texts("a"), "it has 1 items, no item 1"],
    [text("a"), "it is not a list"],
    [{ type: "spilled", of: { list: "text" }, ref: "x", bytes: 9999, length: 1 } as const, "it has 1 items, no item 1"],
  ])("with an index needs that item", (given, lack) => {
    const run = drive().plan({ id: "t1" }, { id: "t2", inputs: { text: { ...from("t1", "list"), index: 1 } } });
    expect(run.run("t1", { list: given }).node("t2").skip?.reason).toBe(`needs t1.list: ${lack}`);
  });
});

const branch = () =>
  drive().plan(
    { id: "t1" },
    { id: "yes", when: { from: "t1", output: "text", op: "contains", value: "cup" } },
    { id: "no", when: { from: "t1", output: "text", op: "empty" } },
    { id: "after-no", inputs: { text: from("no", "text") } },
  );

describe("`when`", () => {
  test("takes one side; the other is skipped without anything being lost", () => {
    const run = branch().run("t1", { text: text("a Cup") });
    expect([run.status("yes"), run.status("no")]).toEqual(["ready", "skipped"]);
    expect(run.node("no").skip).toEqual({ cause: "condition", reason: "the condition t1.text empty does not hold" });
    expect(run.node("after-no").skip?.cause).toBe("condition");
    expect(run.run("yes").closePlan().answer().state.status).toBe("succeeded");
  });

  test.each([
    ["the loss comes first", ["lost", "no"]],
    ["the condition comes first", ["no", "lost"]],
  ])("and a loss beside it is a loss, also for others, when %s", (_name, order) => {
    const run = drive().plan(
      { id: "t1" },
      { id: "t2" },
      { id: "lost" },
      { id: "no", after: ["t2"], when: { from: "t1", output: "text", op: "empty" } },
      { id: "both", inputs: { a: from("lost", "text"), b: from("no", "text") } },
    );
    run.run("t1", { text: text("a cup") });
    for (const id of order) {
      if (id === "no") run.run("t2");
      else run.lose("lost", { message: "gone" });
    }
    expect(run.status("no")).toBe("skipped");
    expect(run.node("both").skip).toEqual({ cause: "upstream", reason: "needs lost.text: gone" });
  });

  test("that asks about something lost skips as a loss, and the run is partial", () => {
    const run = branch().plan({ id: "t5" }).run("t5").lose("t1", { message: "no" });
    expect(run.node("yes").skip).toEqual({ cause: "upstream", reason: "its condition needs t1: no" });
    expect(run.status("no")).toBe("ready");
    expect(
      run
        .run("no", { text: text("a") })
        .run("after-no")
        .closePlan()
        .answer().state.status,
    ).toBe("partial");
  });

  test("and a lost input: the loss is what counts", () => {
    const run = drive().plan(
      { id: "t1" },
      { id: "t2" },
      { id: "t3", inputs: { text: from("t2", "text") }, when: { from: "t1", output: "text", op: "exists" } },
    );
    expect(run.run("t1").lose("t2").node("t3").skip?.cause).toBe("upstream");
  });
});
