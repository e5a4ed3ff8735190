/** Can any data at all, however odd, make the checker throw or speak nonsense? */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkNode, checkPlan } from "../../src/plan/check-plan.ts";
import { problemCodes } from "../../src/plan/check-problem.ts";
import type { PlanNode } from "../../src/run/plan-node.ts";
import { check, context, nobodys, note, photo, tasks } from "./check-plan/fixture.ts";

describe("any data at all", () => {
  const id = fc.constantFrom("t1", "t2", "t3", "t4", "__proto__", "constructor", "t1__0", "");
  const output = fc.constantFrom("text", "boxes", "images", "data", "toString", "__proto__");
  const reference = fc.record(
    { from: id, output, index: fc.integer({ min: -1, max: 3 }), optional: fc.boolean() },
    { requiredKeys: ["from", "output"] },
  );
  const { binding } = fc.letrec((tie) => ({
    binding: fc.oneof(
      { maxDepth: 3 },
      fc.jsonValue(),
      reference,
      fc.record({ asset: fc.constantFrom(photo, note, nobodys, "image-1") }),
      fc.record({
        value: fc.record({ type: fc.constantFrom("text", "list", "image", "json"), value: fc.jsonValue() }),
      }),
      fc.record({ template: fc.array(fc.oneof(fc.string(), reference)) }),
      fc.record({ list: fc.array(tie("binding")) }),
      fc.constant({ item: true }),
    ),
  }));
  const nodeLike = fc.record(
    {
      id,
      task: fc.constantFrom(...tasks.map((one) => one.id), "toString", ""),
      inputs: fc.oneof(
        fc.dictionary(fc.constantFrom("image", "text", "question", "texts", "data", "__proto__"), binding),
        fc.jsonValue(),
      ),
      after: fc.array(id),
      when: fc.record(
        { from: id, output, op: fc.constantFrom("exists", "eq", "gt", "contains", "like"), value: fc.jsonValue() },
        { requiredKeys: ["from", "output", "op"] },
      ),
      each: fc.record({ over: binding }),
    },
    { requiredKeys: ["id", "task", "inputs"] },
  );
  const anything = fc.oneof({ weight: 5, arbitrary: nodeLike }, fc.jsonValue(), fc.anything());

  it("never makes the checker throw, and what it says is always of a known code and names its node", () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 8 }), (plan) => {
        const nodes = plan as PlanNode[];
        const all = [
          ...checkPlan(nodes, context),
          ...nodes.flatMap((one, at) => checkNode(one, context, nodes.slice(0, at))),
        ];
        expect(
          all.filter(
            ({ nodeId, code, message }) =>
              !Object.hasOwn(problemCodes, code) || !message.startsWith(`node ${nodeId}: `),
          ),
        ).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("takes a node that is nested a hundred thousand levels deep for what it is", () => {
    let deep: unknown = { item: true };
    for (let level = 0; level < 100_000; level += 1) deep = { list: [deep] };
    expect(check([{ id: "t1", task: "join", inputs: { texts: deep } }])).toEqual([
      ["t1", "malformed", "node t1: it is nested deeper than 32 levels"],
    ]);
  });
});
