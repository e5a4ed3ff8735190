/** What holds for the run of every request, whatever model planned it and however little that model knows. */
import { text as readText } from "node:stream/consumers";
import { expect } from "vitest";
import { checkGrounding, faultsOf } from "../../../src/fuse/grounding/check-grounding.ts";
import { evidenceOf, loadAttachedTexts, loadOutputs } from "../../../src/fuse/grounding/evidence.ts";
import { createTemplateFuser } from "../../../src/fuse/template-fuser.ts";
import { checkPlan } from "../../../src/plan/check-plan.ts";
import { planInputOf } from "../../../src/plan/plan-input.ts";
import { JsonGrammar } from "../../../src/plan/llm/json-grammar.ts";
import { nodeOrigins } from "../../../src/run/events.ts";
import { isFinished, isSettled, type NodeState, type RunState } from "../../../src/run/state.ts";
import { valueSchema, type SpilledValue, type Value } from "../../../src/run/value.ts";
import type { RunReport, Tutti } from "../../../src/tutti.ts";
import type { SeenCall } from "./watch-calls.ts";

export async function expectSound(tutti: Tutti, report: RunReport, model: string): Promise<void> {
  const { state } = report;
  expect(isFinished(state)).toBe(true);
  expect(report.answer, "a run that ended has an answer").toBeDefined();
  expect([...state.nodes.values()].filter((node) => !isSettled(node)).map(({ spec }) => spec.id)).toEqual([]);
  expectOrigins(state, model);
  await expectValid(tutti, state);
  await expectGrounded(tutti, report);
}

/** The run records who wrote each step, and says so where it was not the model. */
function expectOrigins(state: RunState, model: string): void {
  const steps = plannedSteps(state);
  const plan = state.nodes.get("plan");
  const planner = plan?.outputs["planner"];
  if (plan?.status === "succeeded") expect(planner).toMatchObject({ value: expect.stringContaining(model) as string });
  for (const { spec } of steps) expect(nodeOrigins, `who wrote ${spec.id}`).toContain(spec.by);
  const notes = state.notes.map(({ text }) => text).join("\n");
  if (steps.some(({ spec }) => spec.by === "fallback")) expect(notes).toMatch(/planned/u);
}

/** No step was executed that the checker, given the whole plan, finds fault with. */
async function expectValid(tutti: Tutti, state: RunState): Promise<void> {
  const { tasks } = await tutti.health();
  const steps = plannedSteps(state);
  const executed = new Set(
    steps.flatMap(({ spec, startedAt, width }) => ((startedAt ?? width) === undefined ? [] : [spec.id])),
  );
  const nodes = steps.map(({ spec: { id, task, inputs, after, when, each } }) => ({
    id,
    task,
    inputs,
    ...(after && { after }),
    ...(when && { when }),
    ...(each && { each }),
  }));
  const problems = checkPlan(nodes, planInputOf(state.request, tasks));
  expect(problems.filter(({ nodeId }) => executed.has(nodeId))).toEqual([]);
}

/** Every fact of the answer was recorded, and what it cites is there. */
async function expectGrounded(tutti: Tutti, { state, answer }: RunReport): Promise<void> {
  const load = async ({ ref, of }: SpilledValue): Promise<Value> => {
    const content = await readText(await tutti.readAsset(state.tenant, ref));
    return of === "text" ? { type: "text", value: content } : valueSchema.parse(JSON.parse(content));
  };
  const source = { state, load };
  const { tasks } = await tutti.health();
  const template = createTemplateFuser((id) => tasks.find((task) => task.id === id));
  const told = await template.fuse(source, AbortSignal.timeout(60_000));
  const evidence = evidenceOf(state, await loadOutputs(source), told, await loadAttachedTexts(source));
  expect(faultsOf(checkGrounding(answer?.text ?? "", evidence)), answer?.text).toEqual([]);
  for (const { node, start, end } of answer?.citations ?? []) {
    expect(state.nodes.has(node)).toBe(true);
    expect(answer?.text.slice(start, end)).toBe(`[${node}]`);
  }
}

/** What a call under a schema wrote is JSON as far as it goes; and it is whole, unless its tokens were used up. */
export function expectJson({ text, ending, error }: SeenCall): void {
  const grammar = new JsonGrammar({ wanted: () => false, maxDepth: 32 });
  const faults = Array.from(text).flatMap((character) => grammar.read(character).fault ?? []);
  expect(faults, text).toEqual([]);
  if (error === undefined && !/length|maxTokens/u.test(ending ?? "")) expect(JSON.parse(text)).toBeTypeOf("object");
}

export function plannedSteps({ nodes }: RunState): NodeState[] {
  return [...nodes.values()].filter(({ spec }) => spec.kind === "task" && spec.item === undefined);
}
