/** What a language model is told of a plan that was begun: its steps, and what became of them. */
import type { PlanInput } from "../../ports/planner.ts";
import { quoteData, shorten } from "../../prompts/quote-data.ts";
import type { Collector } from "./collect-steps.ts";
import type { Handles } from "./handles.ts";
import type { PlanPrompts } from "./load-prompts.ts";
import { showSteps } from "./write-step.ts";

const MOST_TEXT = 300;

/** Nothing for a planning from the start. */
export function replanText(
  prompts: PlanPrompts,
  { frozen, outcomes = [] }: PlanInput,
  { handles, collector }: { readonly handles: Handles; readonly collector: Collector },
): string[] {
  if (frozen.length === 0) return [];
  const told = frozen.map(({ id }) => {
    const outcome = outcomes.find(({ node }) => node === id);
    const text = outcome?.text === undefined ? "" : `: ${quoteData(shorten(outcome.text, MOST_TEXT))}`;
    return `- ${id} ${outcome?.status ?? "begun"}${text}`;
  });
  const steps = showSteps(frozen, handles);
  return [prompts.replan.render({ steps, results: told.join("\n"), free: collector.freeId() })];
}
