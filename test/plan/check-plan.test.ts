/** Does every fault of a plan get the one sentence that mends it? */
import { verifies } from "../e2e/requirements.ts";
import { describe, expect, it } from "vitest";
import { checkNode } from "../../src/plan/check-plan.ts";
import { problemCodes } from "../../src/plan/check-problem.ts";
import type { PlanNode } from "../../src/run/plan-node.ts";
import { knownTasks } from "../../tools/tasks/index.ts";
import { constructFaults } from "./check-plan/construct-faults.ts";
import { caption, check, context, crop, detect, from, image, letter, node, tasks, text } from "./check-plan/fixture.ts";
import { graphFaults } from "./check-plan/graph-faults.ts";
import { typeFaults } from "./check-plan/type-faults.ts";

const faults = [...typeFaults, ...graphFaults, ...constructFaults];

function messages(next: unknown, earlier: PlanNode[], given = context) {
  return checkNode(next as PlanNode, given, earlier).map(({ code, message }) => [code, message]);
}

function nearestTo(name: string): string | undefined {
  return check([node("t1", name, {})], { tasks: knownTasks, assets: [] })
    .find(([, code]) => code === "unknown-task")?.[2]
    ?.replace(/.*nearest are /, "");
}

function byNode(problems: readonly (readonly string[])[]): string[] {
  return problems.map(([nodeId, code]) => `${nodeId} ${code}`).toSorted();
}

describe(`checkPlan: ${verifies("plan:checks")}`, () => {
  it.each(faults)("tells of %s", (_, plan, problems) => {
    expect(check(plan)).toEqual(problems);
  });

  it("says nothing of a plan that uses everything rightly", () => {
    const plan: PlanNode[] = [
      detect,
      { ...crop, id: "t2", inputs: { image, label: text("cup") } },
      node("t3", "caption", { image: { item: true } }, { each: { over: from("t2", "images"), require: "all" } }),
      node("t4", "ask", { image: from("t2", "images", { index: 0 }), question: { asset: letter } }),
      node("t5", "join", { texts: { list: [from("t4", "text", { optional: true }), text("and")] } }, { after: ["t3"] }),
      node(
        "t6",
        "speak",
        { text: { template: ["There are ", { from: "t1", output: "count" }, " things."] } },
        {
          when: { from: "t1", output: "boxes", op: "contains", value: "cup" },
        },
      ),
      node(
        "t7",
        "store",
        { data: from("t3", "text") },
        { when: { from: "t4", output: "text", op: "ne", value: "no" } },
      ),
      node("t8", "join", { texts: from("t3", "text") }, { when: { from: "t3", output: "text", op: "empty" } }),
      node("t9", "speak", { text: from("t10", "text") }, { when: { from: "t1", output: "boxes", op: "gt", value: 3 } }),
      node("t10", "join", { texts: { value: { type: "list", of: "text", items: [] } } }),
    ];
    expect(check(plan)).toEqual([]);
  });

  it("looks at no plan above the limit, whatever is in it", () => {
    const plan = Array.from({ length: 65 }, (_, at) => node(`t${at}`, "frobnicate", {}));
    expect(check(plan)).toEqual([["t64", "too-many-nodes", "node t64: a plan may have at most 64 nodes"]]);
    expect(check(plan.slice(0, 3), { ...context, maxNodes: 2 })).toEqual([
      ["t2", "too-many-nodes", "node t2: a plan may have at most 2 nodes"],
    ]);
  });

  it("says that there are no assets where there are none", () => {
    expect(check([node("t1", "caption", { image })], { tasks, assets: [] })).toEqual([
      ["t1", "unknown-asset", "node t1: input `image` uses asset aaaaaaaaaaaa..., but this request has no assets"],
    ]);
  });

  it("names the tasks that were probably meant", () => {
    expect(nearestTo("image-captioning")?.split(", ")).toHaveLength(3);
    expect(nearestTo("speech-recognition")).toMatch(/^automatic-speech-recognition/);
    expect(nearestTo("object_detection")).toMatch(/^object-detection/);
    expect(nearestTo("summarize")).toMatch(/^summarization/);
  });

  it("has a test for every code", () => {
    const shown = new Set(faults.flatMap(([, , problems]) => problems.map(([, code]) => code)));
    expect(Object.keys(problemCodes).filter((code) => !shown.has(code))).toEqual(["too-many-nodes"]);
  });
});

describe("checkNode", () => {
  it("accepts a node over accepted ones, and refuses one that looks ahead", () => {
    const next = node("t3", "speak", { text: from("t2", "text") });
    expect(messages(next, [detect, caption])).toEqual([]);
    expect(messages(next, [detect])).toEqual([
      ["unknown-node", "node t3: input `text` refers to t2, but the other nodes are t1"],
    ]);
  });

  it("refuses a taken id, one node too many, a node that waits for itself and what is no node", () => {
    expect(messages(node("t1", "frobnicate", {}), [detect]).map(([code]) => code)).toEqual(["duplicate-id"]);
    expect(messages(caption, [detect], { ...context, maxNodes: 1 }).map(([code]) => code)).toEqual(["too-many-nodes"]);
    expect(messages(node("t2", "speak", { text: from("t2", "audio") }), [detect]).map(([code]) => code)).toEqual([
      "wrong-type",
      "cycle",
    ]);
    expect(messages(7, [detect])).toEqual([["malformed", "node #2: Invalid input: expected object, received number"]]);
  });

  const inOrder = faults.filter(
    ([, , problems]) => !problems.some(([, code]) => code === "cycle" || code === "malformed"),
  );
  it.each(inOrder)("finds node by node what checkPlan finds in the whole: %s", (_, plan, problems) => {
    const nodes = plan as PlanNode[];
    const found = nodes.flatMap((one, at) => checkNode(one, context, nodes.slice(0, at)));
    expect(byNode(found.map(({ nodeId, code }) => [nodeId, code]))).toEqual(byNode(problems));
  });
});
