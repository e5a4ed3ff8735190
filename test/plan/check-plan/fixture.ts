/** A small catalogue, a request's assets, and short words to write plans with. */
import { checkPlan } from "../../../src/plan/check-plan.ts";
import type { PlanContext } from "../../../src/plan/check-problem.ts";
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import type { PlanNode } from "../../../src/run/plan-node.ts";
import type { ValueType } from "../../../src/run/value.ts";

function inputSpec([name, type]: [string, ValueType]) {
  return [name.replace("?", ""), { type, description: name, ...(name.endsWith("?") ? { optional: true } : {}) }];
}

/** `name?` is an optional input. */
function task(id: string, inputs: Record<string, ValueType>, outputs: Record<string, ValueType>): TaskSpec {
  return {
    id,
    title: id,
    description: id,
    inputs: Object.fromEntries(Object.entries(inputs).map(inputSpec)),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, type]) => [name, { type, description: name }])),
  };
}

export const tasks = [
  task("detect", { image: "image" }, { boxes: "boxes", count: "number" }),
  task("caption", { image: "image" }, { text: "text" }),
  task("ask", { image: "image", question: "text" }, { text: "text" }),
  task("crop", { image: "image", "label?": "text" }, { images: { list: "image" } }),
  task("speak", { text: "text" }, { audio: "audio" }),
  task("store", { data: "json" }, { done: "boolean", data: "json" }),
  task("join", { texts: { list: "text" } }, { text: "text" }),
  task("segment", { image: "image" }, { mask: "mask", labels: "labels" }),
];

export const photo = "a".repeat(64);
export const note = "b".repeat(64);
export const letter = "c".repeat(64);
export const nobodys = "d".repeat(64);

export const context: PlanContext = {
  tasks,
  assets: [
    { asset: photo, type: "image", handle: "image-1", name: "coffee.png" },
    { asset: note, type: "audio", name: "note.wav" },
    { asset: letter, type: "text", handle: "text-1" },
  ],
};

type Input = PlanNode["inputs"][string];
export const image: Input = { asset: photo };
export const text = (value: string): Input => ({ value: { type: "text", value } });
export const from = (node: string, output: string, more: object = {}): Input => ({ from: node, output, ...more });
export const node = (id: string, name: string, inputs: PlanNode["inputs"], more: Partial<PlanNode> = {}): PlanNode => ({
  id,
  task: name,
  inputs,
  ...more,
});

export const detect = node("t1", "detect", { image });
export const caption = node("t2", "caption", { image });
export const crop = node("t1", "crop", { image });

/** What is wrong, a plan that has it, and all that is said of that plan. */
export type Fault = [what: string, plan: unknown[], problems: [nodeId: string, code: string, message: string][]];

export function check(plan: unknown[], given: PlanContext = context) {
  return checkPlan(plan as PlanNode[], given).map(({ nodeId, code, message }) => [nodeId, code, message]);
}
