/** What a language model is told. What is the same for every request comes first, so that it is computed once. */
import type { ModelMessage } from "../../ports/language-model.ts";
import type { CatalogueTask, PlanInput, RequestAsset } from "../../ports/planner.ts";
import { quoteData, shorten } from "../../prompts/quote-data.ts";
import { describeTasks } from "./describe-tasks.ts";
import { type Handles, handlesOf, recentMessages } from "./handles.ts";
import { type Demo, inputOfDemo, type PlanPrompts } from "./load-prompts.ts";

/** Longest texts that are told as they are; of longer ones both ends. */
const most = { request: 6000, message: 400, quote: 60, name: 120, impossible: 60 } as const;

/** A request longer than this may be meant as a whole. */
const LONG_REQUEST = 400;

/** Rules and tools. */
export function systemMessage(prompts: PlanPrompts, offered: readonly CatalogueTask[], all: readonly CatalogueTask[]) {
  const impossible = all.filter(({ unavailable }) => unavailable !== undefined).map(({ id }) => id);
  const content = prompts.plan.render({
    tasks: describeTasks(offered),
    impossible: impossible.slice(0, most.impossible).join(", ") || "nothing that is known",
  });
  return { role: "system", content } as const satisfies ModelMessage;
}

/** Demonstrations as turns of a conversation: small models go on as they see it done. */
export function demoMessages(prompts: PlanPrompts, demos: readonly Demo[]): ModelMessage[] {
  return demos.flatMap((demo) => {
    const input = inputOfDemo(demo);
    return [
      { role: "user", content: requestText(prompts, input, handlesOf(input)) },
      { role: "assistant", content: JSON.stringify(demo.plan) },
    ] satisfies ModelMessage[];
  });
}

export function requestText(
  prompts: PlanPrompts,
  input: Pick<PlanInput, "text" | "assets" | "history">,
  handles: Handles,
): string {
  const quotes = [...handles.values()].flatMap(({ name, text = "" }) =>
    name.startsWith("quote-") ? [`- <${name}>: ${quoteData(shorten(text, most.quote))}`] : [],
  );
  if (input.text.length > LONG_REQUEST) quotes.push("- <request>: the whole request");
  return prompts.request.render({
    files: lines(input.assets.map(describeFile)),
    earlier: lines(
      recentMessages(input).map(
        ({ at, role, text }) => `- <message-${at + 1}> ${role}: ${quoteData(shorten(text, most.message))}`,
      ),
    ),
    quotes: lines(quotes),
    request: shorten(input.text, most.request),
  });
}

function describeFile({ handle, type, name, width, height, durationMs }: RequestAsset): string {
  const facts = [
    type,
    ...(name === undefined ? [] : [quoteData(shorten(name, most.name))]),
    ...(width === undefined || height === undefined ? [] : [`${width} x ${height}`]),
    ...(durationMs === undefined ? [] : [`${Math.round(durationMs / 1000)} s`]),
  ];
  return `- <${handle}>: ${facts.join(", ")}`;
}

const lines = (all: readonly string[]): string => (all.length === 0 ? " none" : `\n${all.join("\n")}`);
