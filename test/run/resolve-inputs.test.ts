/** What a worker is given: exactly what was recorded, whatever has happened to the rest of the list. */
import { describe, expect, test } from "vitest";
import { resolveInputs } from "../../src/run/resolve-inputs.ts";
import type { Binding } from "../../src/run/plan-node.ts";
import type { SpilledValue } from "../../src/run/value.ts";
import { drive, from, type RunDriver, text, texts } from "./drive-run.ts";

const photo = "1".repeat(64);
const letter = "2".repeat(64);
const messages = [
  {
    role: "user" as const,
    content: [
      { type: "asset" as const, asset: photo, kind: "image" as const, name: "coffee.png" },
      { type: "asset" as const, asset: letter, kind: "text" as const },
    ],
  },
];
const long: SpilledValue = { type: "spilled", of: { list: "text" }, ref: "3".repeat(64), bytes: 9000, length: 3 };

/** A step with this input, after t1 gave a text, a list and a long list, and t2 gave nothing. */
function given(binding: Binding): unknown {
  const run: RunDriver = drive({ messages }).plan({ id: "t1" }, { id: "t2" });
  run.run("t1", { text: text("a"), list: texts("x", "y"), long }).lose("t2");
  run.plan({ id: "t3", inputs: { in: binding } });
  return resolveInputs(run.state, run.node("t3"))["in"];
}

describe("an input", () => {
  test.each<[string, Binding, unknown]>([
    ["a literal", { value: text("b") }, text("b")],
    ["a picture of the request", { asset: photo }, { type: "image", asset: photo, name: "coffee.png" }],
    ["a text file of the request", { asset: letter }, { type: "spilled", of: "text", ref: letter, bytes: 0 }],
    ["an output", from("t1", "text"), text("a")],
    ["an item of an output", { ...from("t1", "list"), index: 1 }, text("y")],
    ["a long output", from("t1", "long"), long],
  ])("takes %s", (_, binding, value) => {
    expect(given(binding)).toEqual({ kind: "value", value });
  });

  test("takes an item of a long list by place, to be picked by whoever loads it", () => {
    expect(given({ ...from("t1", "long"), index: 2 })).toEqual({ kind: "pick", from: long, index: 2 });
  });

  test("takes a template in its pieces", () => {
    expect(given({ template: ["It says ", from("t1", "text"), "."] })).toEqual({
      kind: "template",
      parts: ["It says ", { kind: "value", value: text("a") }, "."],
    });
  });

  test("takes several as a list, without the optional ones that did not come", () => {
    const list = [from("t1", "text"), { ...from("t2", "text"), optional: true }, { value: text("b") }];
    expect(given({ list })).toEqual({
      kind: "list",
      items: [
        { kind: "value", value: text("a") },
        { kind: "value", value: text("b") },
      ],
    });
  });

  test("that is optional and did not come is left out", () => {
    expect(given({ ...from("t2", "text"), optional: true })).toBeUndefined();
  });

  test("picks a mapped result by the place in what was mapped", () => {
    const run = drive().plan({ id: "t1", each: { over: { value: texts("a", "b") } }, inputs: { of: { item: true } } });
    run.lose("t1__0").run("t1__1", { text: text("B") });
    run.plan({ id: "t2", inputs: { text: { ...from("t1", "text"), index: 1 } } });
    expect(resolveInputs(run.state, run.node("t2"))).toEqual({ text: { kind: "value", value: text("B") } });
  });
});
