/** Is what a model writes understood as it was meant, never as something else, and is the rest refused with a reason? */
import fc from "fast-check";
import { expect, it } from "vitest";
import { handlesOf } from "../../../src/plan/llm/handles.ts";
import { translateStep } from "../../../src/plan/llm/translate-step.ts";
import { showSteps, writeStep } from "../../../src/plan/llm/write-step.ts";
import type { Binding, PlanNode } from "../../../src/run/plan-node.ts";
import { knownTasks } from "../../../tools/tasks/index.ts";
import { filesOf } from "../builtin/plan-request.ts";

const quoted = "The boat left the harbour at dawn, and nobody saw it go.";
const assets = filesOf("a.png b.png c.wav");
const handles = handlesOf({
  text: `Do something with "${quoted}"`,
  assets,
  history: [{ role: "assistant", text: "Two cats." }],
});
const earlier: PlanNode[] = [
  { id: "t1", task: "object-detection", inputs: { image: { asset: assets[0]?.asset ?? "" } } },
  { id: "t2", task: "image-to-text", inputs: { image: { item: true } }, each: { over: { list: [] } } },
];
const context = {
  tasks: new Map(knownTasks.map((task) => [task.id, task])),
  handles,
  step: (id: string) => earlier.find((node) => node.id === id),
};

const translate = (raw: unknown) => translateStep(raw, context);
const input = (task: string, name: string, value: unknown): Binding | readonly string[] => {
  const { node, problems } = translate({ id: "t9", task, inputs: { [name]: value } });
  return node?.inputs[name] ?? problems;
};
const text = (value: string): Binding => ({ value: { type: "text", value } });

it.each<[string, unknown, Binding]>([
  ["words are words", "What is it?", text("What is it?")],
  ["a result", "<t1.text>", { from: "t1", output: "text" }],
  ["one item of a list", "<t2.text[1]>", { from: "t2", output: "text", index: 1 }],
  ["a whole step is its output that fits", "<t1>", { from: "t1", output: "text" }],
  ["an output that is none is the one that fits", "<t1.output>", { from: "t1", output: "text" }],
  ["a result without its brackets", "t1.text", { from: "t1", output: "text" }],
  ["a long text by its handle", "<quote-1>", text(quoted)],
  ["an earlier message", "<message-1>", text("Two cats.")],
  ["words with results", "I see <t1.text>!", { template: ["I see ", { from: "t1", output: "text" }, "!"] }],
  ["words with a long text", "Read: <quote-1>", { template: [`Read: ${quoted}`] }],
  ["other brackets are words", "a <b> c < d > <br> x", text("a <b> c < d > <br> x")],
  ["words that look like a result", { text: "<t1.text>" }, text("<t1.text>")],
  ["a step that comes later", "<t7.text>", { from: "t7", output: "text" }],
  ["a number", 5, text("5")],
  ["a list of words", ["cat", "dog"], text("cat, dog")],
  ["a list of one", ["<t1.text>"], { from: "t1", output: "text" }],
  ["the item of a map", "<item>", { item: true }],
])("takes %s", (_, raw, binding) => {
  expect(input("summarization", "text", raw)).toEqual(binding);
});

it.each<[unknown, Binding | readonly string[]]>([
  ["<image-2>", { asset: assets[1]?.asset ?? "" }],
  ["image-2", { asset: assets[1]?.asset ?? "" }],
  ["b.png", { asset: assets[1]?.asset ?? "" }],
  ["<b.png>", { asset: assets[1]?.asset ?? "" }],
  [
    "the photo",
    [
      'step t9: input image wants image, which can\'t be written as words ("the photo"); write "<image-1>" or "<image-2>"',
    ],
  ],
  [
    "<image-7>",
    [
      "step t9: input image refers to <image-7>, which is no step with outputs; the files are <image-1>, <image-2>, <audio-1>",
    ],
  ],
  [7, ['step t9: input image wants image, which can\'t be written as words ("7"); write "<image-1>" or "<image-2>"']],
  [{ url: "x" }, ['step t9: input image must be words, a number, a list, or a reference such as "<t1.text>"']],
])("takes %j as a picture, or says why not", (raw, expected) => {
  expect(input("image-to-text", "image", raw)).toEqual(expected);
});

it("takes numbers as numbers, however they are written", () => {
  expect(input("image-rotate", "angle", "90")).toEqual({ value: { type: "number", value: 90 } });
  expect(input("image-rotate", "angle", 90)).toEqual({ value: { type: "number", value: 90 } });
  // Left to the check, whose message says what is wanted.
  expect(input("image-rotate", "angle", "a bit")).toEqual(text("a bit"));
});

it("takes maps, conditions and order", () => {
  const raw = { id: "t3", task: "image-to-text", inputs: { image: "<item>" }, each: ["<image-1>", "<image-2>"] };
  const when = { if: "<t1.count>", op: ">", value: "2" };
  expect(translate({ ...raw, when, after: "t1" }).node).toEqual({
    id: "t3",
    task: "image-to-text",
    inputs: { image: { item: true } },
    each: { over: { list: assets.slice(0, 2).map(({ asset }) => ({ asset })) } },
    when: { from: "t1", output: "count", op: "gt", value: 2 },
    after: ["t1"],
  });
  expect(translate({ ...raw, each: "t2.text" }).node?.each).toEqual({ over: { from: "t2", output: "text" } });
  expect(translate({ ...raw, when: { if: "<t1.text>", op: "empty", value: null } }).node?.when).toEqual({
    from: "t1",
    output: "text",
    op: "empty",
  });
});

it("leaves out what is left empty, as where every field must be written", () => {
  const raw = {
    id: "t3",
    task: "object-detection",
    inputs: { image: "<image-1>", labels: null },
    each: null,
    when: null,
    after: [],
  };
  expect(translate(raw).node).toEqual({
    id: "t3",
    task: "object-detection",
    inputs: { image: { asset: assets[0]?.asset } },
  });
});

it.each([
  ["Object Detection", "object-detection"],
  ["object_detection", "object-detection"],
  ["Text recognition", "optical-character-recognition"],
])("knows the task %s", (written, id) => {
  expect(translate({ id: 3, task: written, inputs: { image: "<image-1>" } }).node).toMatchObject({
    id: "t3",
    task: id,
  });
});

it.each([
  ["nonsense", 'a step must be an object {"id","task","inputs"}'],
  [{ task: "summarization" }, 'step without an id: its id must be "t1", "t2" or the like'],
  [{ id: "t3" }, "step t3: it names no task"],
  [{ id: "t3", task: "summarization", inputs: ["x"] }, 'step t3: its inputs must be an object {"name":value}'],
  [{ id: "t3", task: "image-to-text", each: "every photo" }, "step t3: each must be a list"],
  [{ id: "t3", task: "image-to-text", when: "<t1.count> > 2" }, 'step t3: when must be {"if"'],
  [
    { id: "t3", task: "image-to-text", when: { if: "<t1.count>", op: "about", value: 2 } },
    'step t3: when must be {"if"',
  ],
  [
    { id: "t3", task: "summarization", inputs: { text: "See <image-1>" } },
    "step t3: input text can't hold <image-1> among words",
  ],
])("says what is wrong with %j", (raw, problem) => {
  const { problems, node } = translate(raw);
  expect(node).toBeUndefined();
  expect(problems.join("\n")).toContain(problem);
});

it("refuses a task that nobody can do now, with the reason", () => {
  const tasks = new Map(knownTasks.map((task) => [task.id, { ...task, unavailable: "Set a key." }]));
  const { problems } = translateStep({ id: "t3", task: "text-to-image", inputs: {} }, { ...context, tasks });
  expect(problems).toEqual(["step t3: text-to-image can't be done now (Set a key.)"]);
});

it("never throws, whatever a model writes", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (raw, value) => {
      translate(raw);
      for (const field of ["inputs", "each", "when", "after", "id", "task"]) {
        translate({ id: "t5", task: "image-crop", inputs: {}, [field]: value });
      }
      translate({ id: "t5", task: "image-crop", inputs: { image: value, boxes: value, __proto__: value } });
    }),
  );
});

const words = fc.oneof(
  fc.string(),
  fc.constantFrom("<t1.text>", "<image-1>", "t1.text", "a <t1.text> b", "<item>", "image-1", quoted),
);
const reference = fc.constantFrom<Binding>(
  { from: "t1", output: "text" },
  { from: "t2", output: "text", index: 3 },
  { item: true },
);
const template = fc
  .array(
    fc.string({ minLength: 1 }).filter((one) => !/[<>]/.test(one)),
    { minLength: 2, maxLength: 3 },
  )
  .map((parts): Binding => ({
    template: parts.flatMap((part, at) => (at === 0 ? [part] : [{ from: "t1", output: "count" }, part])),
  }));

it("reads every node as it was written", () => {
  fc.assert(
    fc.property(fc.oneof(words.map(text), reference, template), (binding) => {
      const node: PlanNode = { id: "t5", task: "summarization", inputs: { text: binding } };
      // A text that reads like a reference without brackets is the one thing that is taken for what it looks like.
      fc.pre(JSON.stringify(binding) !== JSON.stringify(text("t1.text")));
      expect(translate(JSON.parse(JSON.stringify(writeStep(node, handles)))).node).toEqual(node);
      expect(translate(JSON.parse(showSteps([node], handles))).node).toEqual(node);
    }),
  );
});
