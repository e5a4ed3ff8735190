/** Plans with a scripted language model, and tells what came of it. */
import { checkPlan } from "../../../src/plan/check-plan.ts";
import { acceptPlan } from "../../../src/plan/accept-plan.ts";
import { loadPlanPrompts } from "../../../src/plan/llm/load-prompts.ts";
import { createLlmPlanner, type LlmPlannerOptions } from "../../../src/plan/llm/planner.ts";
import type { PlanningEvent } from "../../../src/plan/llm/planning-event.ts";
import type { PlanInput } from "../../../src/ports/planner.ts";
import type { ModelCall } from "../../../src/ports/language-model.ts";
import type { PlanNode } from "../../../src/run/plan-node.ts";
import { createScriptedModel, type ScriptedModelOptions } from "../../fakes/scripted-language-model.ts";
import { filesOf, freshTasks, wordingPlanner } from "../builtin/plan-request.ts";

export const prompts = await loadPlanPrompts();

export interface SessionSetting extends Partial<Omit<LlmPlannerOptions, "model">> {
  readonly answers: ScriptedModelOptions["answers"] | readonly unknown[];
  readonly files?: string;
  readonly input?: Partial<PlanInput>;
  readonly model?: Partial<ScriptedModelOptions>;
  readonly signal?: AbortSignal;
}

/** `answers`: what the model says to each call, as JSON where it is no text. */
export function openPlanner({
  answers,
  files = "a.png b.png",
  input = {},
  model: own = {},
  ...options
}: SessionSetting) {
  const answer: ScriptedModelOptions["answers"] =
    typeof answers === "function"
      ? answers
      : (_, index) => {
          const one = answers[index] ?? { steps: [], reply: "" };
          if (one instanceof Error) throw one;
          return typeof one === "string" ? one : JSON.stringify(one);
        };
  const model = createScriptedModel({ ...own, answers: answer });
  const events: PlanningEvent[] = [];
  const onEvent = (event: PlanningEvent): void => void events.push(event);
  const planner = createLlmPlanner({ prompts, fallback: wordingPlanner, onEvent, ...options, model });
  const whole: PlanInput = {
    text: "Read a.png aloud.",
    history: [],
    assets: filesOf(files),
    tasks: freshTasks,
    frozen: [],
    maxNodes: 64,
    ...input,
  };
  return { planner, model, events, input: whole };
}

export async function plan(setting: SessionSetting) {
  const { planner, model, events, input } = openPlanner(setting);
  const nodes: PlanNode[] = [];
  const notes: string[] = [];
  const refused: string[] = [];
  const replies: string[] = [];
  // Through the same gate as in a run.
  for await (const item of acceptPlan(planner, input, setting.signal ?? new AbortController().signal)) {
    if (item.type === "node") nodes.push(item.node);
    else if (item.type === "note") notes.push(item.text);
    else if (item.type === "refused") refused.push(item.node.id);
    else if (item.type === "reply") replies.push(item.text);
  }
  const by = Object.fromEntries(events.flatMap((event) => (event.type === "node" ? [[event.id, event.by]] : [])));
  const problems = checkPlan([...input.frozen, ...nodes], { tasks: input.tasks, assets: input.assets });
  return { nodes, notes, refused, replies, by, calls: model.calls, events, problems, assets: input.assets };
}

export const lineOf = ({ id, task }: PlanNode): string => `${id} ${task}`;

/** The whole prompt of a call as text, message by message. */
export function promptOf({ messages }: ModelCall): string[] {
  return messages.map(({ content }) => (typeof content === "string" ? content : JSON.stringify(content)));
}

export const step = (id: string, task: string, inputs: Record<string, unknown>, more: object = {}) => ({
  id,
  task,
  inputs,
  ...more,
});
