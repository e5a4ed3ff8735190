/** Finds out which argument is for which input, and binds those that may stay as they are. */
import type { InputSpec } from "../../registry/task-spec.ts";
import type { Binding } from "../../run/plan-node.ts";
import { fits, isAssetType } from "../../run/value.ts";
import { questionWords } from "../builtin/lexicon.ts";
import { splitWords, stem } from "../builtin/words.ts";
import type { DraftArgument, Pointer, Said } from "./draft-plan.ts";
import { bindSaid, faultOf, looksLike } from "./bind-said.ts";
import type { PlanWork, Step } from "./plan-work.ts";
import { describeSaid } from "./say.ts";
import type { Wish } from "./wish.ts";

/**
 * How much speaks for an argument being meant for an input. What a task works on is seldom a literal where the plan
 * speaks of nodes or files as well, even of those that can't be had: the literal is then a setting, as in
 * ["<node-0>", "French"].
 */
const points = {
  fits: 8,
  gap: 5,
  maybe: 4,
  broken: 3.8,
  literalPassage: 3,
  misfit: 1,
  sameName: 3.5,
  likeName: 2,
  slot: 1,
  question: 1.5,
  linked: 0.5,
  order: 0.01,
} as const;

/** Binds what fits; what doesn't, and what is missing, is wished for. */
export function placeArguments(work: PlanWork, step: Step): Wish[] {
  const inputs = Object.entries(step.task?.inputs ?? {});
  const pairs = step.arguments.flatMap((argument, at) =>
    inputs.flatMap(([input, spec], place) => {
      const score = scoreOf(work, step, argument, input, spec);
      return score === undefined
        ? []
        : [{ at, input, spec, score: score - points.order * Math.abs(at - place) - at / 1e4 }];
    }),
  );
  const placed = new Map<number, string>();
  const wishes: Wish[] = [];
  const taken = new Set<string>();
  for (const { at, input, spec } of pairs.toSorted((a, b) => b.score - a.score)) {
    const said = step.arguments[at]?.said;
    if (!said || placed.has(at) || taken.has(input)) continue;
    placed.set(at, input);
    taken.add(input);
    const binding = bindSaid(work, step, said, spec);
    if (binding) step.inputs.set(input, binding);
    else wishes.push({ step, input, spec, said, kind: faultOf(work, step, said) });
  }
  for (const [input, spec] of inputs) {
    if (!taken.has(input) && spec.optional !== true)
      wishes.push({ step, input, spec, said: undefined, kind: "filled" });
  }
  for (const [at, { said }] of step.arguments.entries()) if (!placed.has(at)) leaveOut(work, step, said);
  return wishes;
}

function scoreOf(
  work: PlanWork,
  step: Step,
  { name, said }: DraftArgument,
  input: string,
  spec: InputSpec,
): number | undefined {
  const named = name === undefined ? 0 : alike(name, input);
  // What is optional is asked for by its name, or by nothing but its place.
  if (spec.optional === true && name !== undefined && named === 0) return undefined;
  let score = named + fitOf(work, step, said, spec);
  const literal = said.kind === "text";
  if (spec.slot === "question" && literal && isQuestion(said.text)) score += points.question;
  else if (literal !== isWorkedOn(step, spec)) score += points.slot;
  if (literal && isWorkedOn(step, spec)) score += Math.min(said.text.length, 1000) / 2000;
  if (said.kind === "output" && isLinked(work, said, step)) score += points.linked;
  return score;
}

/** A text that the task works on; where it works on a file as well, the text says what is to be done. */
function isWorkedOn({ task }: Step, { slot }: InputSpec): boolean {
  const isText = slot === undefined || slot === "passage";
  return isText && Object.values(task?.inputs ?? {}).every(({ type }) => !isAssetType(type));
}

function fitOf(work: PlanWork, step: Step, said: Said, spec: InputSpec): number {
  if (bindSaid(work, step, said, spec)) {
    return said.kind === "text" && isWorkedOn(step, spec) ? points.literalPassage : points.fits;
  }
  if (said.kind === "text" || said.kind === "mixed") return points.misfit;
  if (looksLike(work, step, said, spec)) return points.maybe;
  if (said.kind === "output") return faultOf(work, step, said) === "wrong-type" ? points.gap : points.broken;
  return said.kind === "file" && said.asset ? points.gap : points.misfit;
}

function alike(a: string, b: string): number {
  const [left, right] = [splitWords(a), splitWords(b)];
  if (left.join(" ") === right.join(" ")) return points.sameName;
  const stems = new Set(right.map(stem));
  return left.some((word) => stems.has(stem(word))) ? points.likeName : 0;
}

function isQuestion(text: string): boolean {
  return /\?\s*$/.test(text.slice(-20)) || questionWords.has(splitWords(text.slice(0, 40))[0] ?? "");
}

/** "French" is a setting, for which there is no input; a sentence says something that must not get lost. */
const isSaying = (text: string): boolean => isQuestion(text) || splitWords(text.slice(0, 200)).length > 3;

export function isLinked(work: PlanWork, { at }: Pick<Pointer, "at">, step: Step): boolean {
  return work.links.some(({ from, to }) => from.includes(at) && to.includes(step.at));
}

/** An argument too many: a further text of a node joins the one that is there; for anything else there is no place. */
function leaveOut(work: PlanWork, step: Step, said: Said): void {
  const text = textInput(step);
  const joins =
    said.kind === "output" || (said.kind === "text" && (text?.spec.slot === "instruction" || isSaying(said.text)));
  const bound = joins && text ? step.inputs.get(text.input) : undefined;
  const more = bound && text ? bindSaid(work, step, said, { type: "text", description: "" }) : undefined;
  const [first, second] = [bound && partsOf(bound), more && partsOf(more)];
  if (!text || !first || !second) {
    return work.mend(step.id, "surplus-argument", `${step.task?.id} has no input for ${describeSaid(said)}`);
  }
  if (first.some((part) => second.some((other) => JSON.stringify(part) === JSON.stringify(other)))) {
    return work.mend(step.id, "surplus-argument", `${describeSaid(said)} is given twice`);
  }
  step.inputs.set(text.input, { template: [...first, "\n\n", ...second] });
  work.mend(step.id, "joined", `input \`${text.input}\`: ${describeSaid(said)} is joined to the other text`);
}

/** The input that texts may be joined in: the only one that takes text. */
function textInput({ task }: Step): { readonly input: string; readonly spec: InputSpec } | undefined {
  const texts = Object.entries(task?.inputs ?? {}).filter(([, { type }]) => fits("text", type));
  const [only, ...others] = texts;
  return only && others.length === 0 ? { input: only[0], spec: only[1] } : undefined;
}

type Parts = Extract<Binding, { template: unknown }>["template"];

function partsOf(binding: Binding): Parts | undefined {
  if ("from" in binding) return [binding];
  if ("value" in binding) return binding.value.type === "text" ? [binding.value.value] : undefined;
  return "template" in binding ? binding.template : undefined;
}
