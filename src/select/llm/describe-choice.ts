/** What the model is shown of a choice: the step and the experts, each as one line of quoted JSON. Pure. */
import { escapeSpecial, shorten } from "../../prompts/quote-data.ts";
import type { ExpertCard } from "../../registry/expert-card.ts";
import type { NodeSpec } from "../../run/events.ts";
import type { Binding } from "../../run/plan-node.ts";
import { formatType, typeOf } from "../../run/value.ts";

const TEXT_LENGTH = 300;

/** @param cards best first */
export function describeChoice(node: NodeSpec, cards: readonly ExpertCard[]): string {
  return [
    "Step:",
    quoteLine(describeStep(node)),
    "Experts:",
    ...cards.map((card) => quoteLine(describeCard(card))),
  ].join("\n");
}

/** The items of a mapped step are one choice: what differs between them is left out. */
function describeStep({ task, inputs, item }: NodeSpec) {
  const shown = Object.entries(inputs).map(([name, binding]) => [name, item ? "one of many" : describeInput(binding)]);
  return { task, inputs: Object.fromEntries(shown) };
}

function describeInput(binding: Binding): string | number | boolean {
  if ("value" in binding) {
    const { value } = binding;
    if (value.type === "text") return shorten(value.value, TEXT_LENGTH);
    return value.type === "number" || value.type === "boolean" ? value.value : `a ${formatType(typeOf(value))}`;
  }
  if ("asset" in binding) return "a file of the request";
  if ("from" in binding) return `what an earlier step gave as ${binding.output}`;
  return "template" in binding ? "a text made of earlier results" : "several values";
}

function describeCard(card: ExpertCard) {
  const { id, title, model, quality, merit, lane, languages, limits, effects, licence } = card;
  return {
    id,
    title: shorten(title, TEXT_LENGTH),
    model: shorten(model, TEXT_LENGTH),
    quality: shorten(quality, 2 * TEXT_LENGTH),
    merit,
    lane,
    ...(languages ? { languages: languages.slice(0, 30) } : {}),
    memoryMiB: limits.memoryMiB,
    longestSeconds: Math.round(limits.timeoutMs / 1000),
    ...(effects === "none" ? {} : { effects }),
    licence: licence.weights ?? licence.code,
  };
}

function quoteLine(record: unknown): string {
  return escapeSpecial(JSON.stringify(record));
}
