/** Does the schema let through what the prompt asks for, and nothing that names a tool, input or file there is not? */
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, it } from "vitest";
import { handlesOf } from "../../../src/plan/llm/handles.ts";
import { inputOfDemo, loadPlanPrompts } from "../../../src/plan/llm/load-prompts.ts";
import { planSchema } from "../../../src/plan/llm/plan-schema.ts";
import { knownTasks } from "../../../tools/tasks/index.ts";
import { filesOf } from "../builtin/plan-request.ts";
import { step } from "./plan-session.ts";

const { demos } = await loadPlanPrompts();
const handles = handlesOf({ text: "Do it.", history: [], assets: filesOf("a.png b.wav") });
const schema = planSchema({ tasks: knownTasks, handles: handles.values(), steps: ["old"], maxSteps: 10 });
const validate = new Ajv2020({ strict: false }).compile(schema);
const accepts = (steps: readonly unknown[]): boolean => validate({ steps, cannot: "", reply: "" });

it.each(demos.map((demo) => [demo.name, demo] as const))("lets %s through", (_, demo) => {
  const own = handlesOf(inputOfDemo(demo));
  const ajv = new Ajv2020({ strict: false });
  expect(
    ajv.validate(planSchema({ tasks: knownTasks, handles: own.values(), maxSteps: 10 }), demo.plan),
    ajv.errorsText(),
  ).toBe(true);
});

it.each<[string, unknown, boolean]>([
  ["a file of the right type", step("t1", "image-to-text", { image: "<image-1>" }), true],
  ["a result of the right type", step("t1", "image-to-text", { image: "<t3.image>" }), true],
  ["a result of a step that was there", step("t1", "image-to-text", { image: "<old.image>" }), true],
  ["an optional input left out", step("t1", "object-detection", { image: "<image-1>" }), true],
  ["a file of another type", step("t1", "image-to-text", { image: "<audio-1>" }), false],
  ["an invented file", step("t1", "image-to-text", { image: "<image-2>" }), false],
  ["words for a file", step("t1", "image-to-text", { image: "the photo" }), false],
  ["a result of another type", step("t1", "image-crop", { image: "<image-1>", boxes: "<t1.text>" }), false],
  ["a missing input", step("t1", "image-crop", { image: "<image-1>" }), false],
  ["an invented input", step("t1", "image-to-text", { image: "<image-1>", tone: "dry" }), false],
  ["an invented tool", step("t1", "fly", {}), false],
  ["another tool's input", step("t1", "text-to-speech", { image: "<image-1>" }), false],
])("%s", (_, raw, fine) => {
  expect(accepts([raw])).toBe(fine);
});

it("is a schema for any catalogue, and has an order in which it can be written", () => {
  const empty = planSchema({ tasks: [], handles: [], maxSteps: 3 });
  expect(new Ajv2020({ strict: false }).validate(empty, { steps: [], cannot: "Nothing can be done.", reply: "" })).toBe(
    true,
  );
  expect(Object.keys(schema["properties"] as object)).toEqual(["steps", "cannot", "reply"]);
});
