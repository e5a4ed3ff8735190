/** Does what the model is shown as right hold up to the checks that its own plans must pass? */
import { describe, expect, it } from "vitest";
import { checkPlan } from "../../../src/plan/check-plan.ts";
import { formDemo } from "../../../src/plan/llm/form-demo.ts";
import { handlesOf } from "../../../src/plan/llm/handles.ts";
import { type Demo, inputOfDemo, loadPlanPrompts, readDemo } from "../../../src/plan/llm/load-prompts.ts";
import { createDemoPicker } from "../../../src/plan/llm/pick-demos.ts";
import { translateStep } from "../../../src/plan/llm/translate-step.ts";
import type { CatalogueTask } from "../../../src/ports/planner.ts";
import type { PlanNode } from "../../../src/run/plan-node.ts";
import { builtinExperts } from "../../../tools/builtin/index.ts";
import { knownTasks } from "../../../tools/tasks/index.ts";

const { demos } = await loadPlanPrompts();

function problemsOf(demo: Demo, tasks: readonly CatalogueTask[]): string[] {
  const input = inputOfDemo(demo);
  const handles = handlesOf(input);
  const nodes: PlanNode[] = [];
  const problems = demo.plan.steps.flatMap((raw) => {
    const step = (id: string): PlanNode | undefined => nodes.find((node) => node.id === id);
    const translated = translateStep(raw, { tasks: new Map(tasks.map((task) => [task.id, task])), handles, step });
    if (translated.node) nodes.push(translated.node);
    return translated.problems;
  });
  return [...problems, ...checkPlan(nodes, { tasks, assets: input.assets }).map(({ message }) => message)];
}

it.each(demos.map((demo) => [demo.name, demo] as const))("%s is a plan that may run", (_, demo) => {
  expect(problemsOf(demo, knownTasks)).toEqual([]);
});

it("finds fault with a demonstration that is wrong", () => {
  const wrong = readDemo(
    "x.json",
    JSON.stringify({ request: "x", plan: { steps: [{ id: "t1", task: "fly" }], reply: "" } }),
  );
  expect(problemsOf(wrong, knownTasks)).toEqual([expect.stringContaining("there is no task `fly`")]);
  expect(() => readDemo("x.json", '{"request":""}')).toThrow(/demo x\.json: .*plan/);
  expect(() => readDemo("x.json", "{")).toThrow("demo x.json is no JSON");
});

it("covers chains, maps, conditions, several files, earlier answers, chit-chat and what can't be done", () => {
  const all = JSON.stringify(demos);
  for (const form of ["<t2.text>", '"each":', '"when":', "<image-2>", "<message-2>", "<quote-1>"]) {
    expect(all).toContain(form);
  }
  expect(demos.filter(({ plan }) => plan.steps.length === 0 && plan.reply !== "").length).toBeGreaterThan(1);
  expect(demos.filter(({ plan }) => plan.steps.length > 0 && plan.cannot !== "").length).toBeGreaterThan(0);
});

describe("picking", () => {
  const pick = createDemoPicker(demos);
  const available = knownTasks.filter(({ id }) => builtinExperts.some(({ task }) => task.id === id));
  const similarTo = async (text: string) => (await pick(text, available, 2)).similar.map(({ name }) => name);

  it.each([
    ["If there is a cat in the yard picture, cut it out", "only-if"],
    ["Describe each of these five pictures", "each-photo"],
    ["Please blur the faces in this", "blur-faces"],
    ["Rotate the third photo by 180 degrees", "second-photo"],
    ["Does the note say the same as the ticket?", "compare-two"],
  ])("%s is like %s, which stands next to it", async (text, name) => {
    expect((await similarTo(text)).at(-1)).toBe(name);
  });

  it("shows the same ones always, whatever is asked", async () => {
    const [one, other] = [await pick("blur faces", available, 2), await pick("Hello", available, 2)];
    expect(one.fixed).toEqual(other.fixed);
    expect(one.fixed.length).toBeGreaterThan(1);
  });

  it("shows none with tools that aren't there, nor one that denies those that are", async () => {
    const few = available.filter(({ id }) => id !== "image-blur");
    const names = async (tasks: readonly CatalogueTask[]) => {
      const { fixed, similar } = await pick("blur the faces", tasks, 20);
      return [...fixed, ...similar].map((demo) => demo.name);
    };
    expect(await names(available)).toContain("blur-faces");
    expect(await names(few)).not.toContain("blur-faces");
    expect(await names(available)).toContain("cannot");
    expect(await names(knownTasks)).not.toContain("cannot");
  });

  it("shows the form with tools of any catalogue", () => {
    const port = (type: "image" | "text") => ({ type, description: "" });
    const read: CatalogueTask = {
      id: "Read It",
      title: "Read It",
      description: "",
      inputs: { pic: port("image") },
      outputs: { words: port("text") },
    };
    const say: CatalogueTask = {
      id: "Say It",
      title: "Say It",
      description: "",
      inputs: { line: port("text") },
      outputs: { line: port("text") },
    };
    const demo = formDemo([read, say]);
    expect(demo && problemsOf(demo, [read, say])).toEqual([]);
    expect(demo?.plan.steps.map(({ task }) => task)).toEqual(["Read It", "Say It"]);
    expect(formDemo([read])).toBeUndefined();
  });
});
