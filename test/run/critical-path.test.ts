/** Where the time went: a sceptic doubts that the longest way is found where a shorter one ends later. */
import { describe, expect, test } from "vitest";
import { criticalPath } from "../../src/run/critical-path.ts";
import { drive, from, text, texts } from "./drive-run.ts";

describe("the critical path", () => {
  test("of a run in which nothing has ended is empty", () => {
    expect(criticalPath(drive().state)).toEqual([]);
    expect(criticalPath(drive().plan({ id: "t1" }).start("t1").state)).toEqual([]);
  });

  test("goes through the slower branch, whichever was planned first", () => {
    const run = drive().plan(
      { id: "quick" },
      { id: "slow" },
      { id: "join", inputs: { a: from("quick", "text"), b: from("slow", "text") } },
    );
    run
      .start("slow")
      .run("quick", { text: text("a") })
      .complete("slow", { text: text("b") });
    run.run("join").closePlan().answer();
    expect(criticalPath(run.state)).toEqual(["plan", "slow", "join", "answer"]);
  });

  test("does not go through what was skipped, but past it", () => {
    const run = drive().plan(
      { id: "t1" },
      { id: "t2", when: { ...from("t1", "text"), op: "exists" } },
      { id: "t3", after: ["t2"] },
    );
    run.run("t1").run("t3");
    expect(criticalPath(run.state)).toEqual(["t1", "t3"]);
  });

  test("names the item that a map waited for last", () => {
    const each = { over: { value: texts("a", "b", "c") } };
    const run = drive().plan({ id: "t1", each, inputs: { text: { item: true } } });
    run.start("t1__1").run("t1__2").run("t1__0").complete("t1__1");
    expect(criticalPath(run.state)).toEqual(["t1", "t1__1"]);
  });
});
