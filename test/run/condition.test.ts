/** Conditions: a sceptic doubts that a value too long to keep inline is judged like any other. */
import { describe, expect, test } from "vitest";
import { evaluateCondition, type Verdict } from "../../src/run/condition.ts";
import type { Condition } from "../../src/run/plan-node.ts";
import { pendingConditions } from "../../src/run/settle.ts";
import { INLINE_LIMIT, type Value, type ValueType } from "../../src/run/value.ts";
import { drive, number, type RunDriver, text, texts } from "./drive-run.ts";

const boolean = (value: boolean): Value => ({ type: "boolean", value });
const image: Value = { type: "image", asset: "a".repeat(64) };
const box = { xmin: 0, ymin: 0, xmax: 9, ymax: 9 };
const boxes = (...labels: readonly string[]): Value => ({
  type: "boxes",
  value: labels.map((label) => ({ label, score: 0.9, box })),
});
const table = (...rows: string[][]): Value => ({ type: "table", value: { columns: ["a"], rows } });
const spilled = (of: ValueType, length?: number): Value => {
  return {
    type: "spilled",
    of,
    ref: "a".repeat(64),
    bytes: INLINE_LIMIT + 1,
    ...(length === undefined ? {} : { length }),
  };
};

function verdict(value: Value | undefined, op: Condition["op"], literal?: Condition["value"]): Verdict {
  return evaluateCondition(
    { from: "t1", output: "out", op, ...(literal === undefined ? {} : { value: literal }) },
    value,
  );
}

describe("a condition", () => {
  test.each([
    [undefined, false],
    [text("a"), true],
    [text(" \n"), false],
    [number(0), true],
    [boolean(false), true],
    [boxes(), false],
    [boxes("cup"), true],
    [texts(), false],
    [table(), false],
    [table(["x"]), true],
    [image, true],
  ])("`exists` and `empty` are opposites: %j", (value, exists) => {
    expect(verdict(value, "exists")).toBe(exists);
    expect(verdict(value, "empty")).toBe(!exists);
  });

  test.each([
    [text("cup"), "cup", true],
    [text("Cup"), "cup", false],
    [text("5"), 5, false],
    [number(5), 5, true],
    [boolean(true), true, true],
    [boolean(true), "true", false],
    [image, undefined, false],
    [undefined, "cup", false],
  ])("`eq` and `ne` are opposites: %j and %j", (value, literal, equal) => {
    expect(verdict(value, "eq", literal)).toBe(equal);
    expect(verdict(value, "ne", literal)).toBe(!equal);
  });

  test.each([
    [number(3), 1],
    [boxes("cup", "cup", "cup"), 1],
    [texts("a", "b", "c"), 1],
  ])("`lt` and `gt` compare numbers, and how many there are: %j", (value) => {
    expect([
      verdict(value, "gt", 2),
      verdict(value, "gt", 3),
      verdict(value, "lt", 3),
      verdict(value, "lt", 4),
    ]).toEqual([true, false, false, true]);
  });

  test.each([text("9"), boolean(true), image, undefined])(
    "`lt` and `gt` of what has no size hold for nothing: %j",
    (value) => {
      expect([verdict(value, "gt", 0), verdict(value, "lt", 99)]).toEqual([false, false]);
    },
  );

  test.each([
    [text("A cup of coffee"), "CUP", true],
    [text("tea"), "cup", false],
    [boxes("spoon", "Cup"), "cup", true],
    [boxes("cupboard"), "cup", false],
    [texts("a", "Cup"), "cup", true],
    [{ type: "list", of: "image", items: [image] } as const, "undefined", false],
    [{ type: "list", of: "number", items: [number(7)] } as const, 7, true],
  ])("`contains` looks into texts, labels and lists: %j, %j", (value, literal, contained) => {
    expect(verdict(value, "contains", literal)).toBe(contained);
  });
});

describe("a condition on a spilled value", () => {
  test.each<[Value, Condition["op"], Condition["value"], Verdict]>([
    [spilled("text"), "exists", undefined, "unknown"],
    [spilled("text"), "empty", undefined, "unknown"],
    [spilled("text"), "eq", "cup", "unknown"],
    [spilled("text"), "contains", "cup", "unknown"],
    [spilled("boxes"), "exists", undefined, true],
    [spilled("boxes"), "gt", 2, "unknown"],
    [spilled("boxes"), "contains", "cup", "unknown"],
    [spilled("table"), "empty", undefined, "unknown"],
    [spilled({ list: "text" }, 3), "exists", undefined, true],
    [spilled({ list: "text" }, 3), "gt", 2, true],
    [spilled({ list: "text" }, 3), "lt", 2, false],
    [spilled({ list: "text" }), "gt", 2, "unknown"],
    [spilled({ list: "text" }, 3), "contains", "cup", "unknown"],
    [spilled("json"), "empty", undefined, false],
    [spilled("json"), "eq", "cup", false],
    [spilled("embedding"), "lt", 2, false],
  ])("is decided without loading only where type and length tell: %j %s %s", (value, op, literal, expected) => {
    expect(verdict(value, op, literal)).toBe(expected);
  });

  const when = { from: "t1", output: "text", op: "contains", value: "cup" } as const;
  const waiting = (): RunDriver =>
    drive()
      .plan({ id: "t1" }, { id: "t2", when }, { id: "t3" })
      .run("t1", { text: spilled("text") });

  test("waits for somebody to load it, and to say", () => {
    const run = waiting();
    expect(run.status("t2")).toBe("waiting");
    expect(pendingConditions(run.state)).toEqual([{ nodeId: "t2", when }]);
    run.must({ type: "decide-condition", nodeId: "t2", holds: true });
    expect(run.status("t2")).toBe("ready");
    expect(pendingConditions(run.state)).toEqual([]);
  });

  test("skips when it does not hold", () => {
    const run = waiting();
    run.must({ type: "decide-condition", nodeId: "t2", holds: false });
    expect(run.node("t2").skip).toEqual({
      cause: "condition",
      reason: 'the condition t1.text contains "cup" does not hold',
    });
  });

  test("is decided once, when it is open, and only where it was asked", () => {
    const early = drive().plan({ id: "t1" }, { id: "t2", when });
    const decide = { type: "decide-condition", nodeId: "t2", holds: true } as const;
    expect(early.send(decide)).toEqual({ outcome: "stale", reason: "t2 waits for no condition" });
    const run = waiting();
    expect(run.send({ ...decide, nodeId: "t3" }).outcome).toBe("stale");
    run.must({ ...decide, holds: false });
    expect(run.send(decide).outcome).toBe("stale");
  });
});
