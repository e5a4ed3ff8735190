/** How well a task fits what a clause speaks of and asks for, whatever its words are. */
import { sameType, type ValueType } from "../../run/value.ts";
import type { Profile } from "./catalogue.ts";
import { itemType } from "./item-type.ts";
import { languages } from "./lexicon.ts";
import type { Wanted } from "./match.ts";

/** Found by error analysis, not by fitting single cases. */
const weights = {
  source: 0.3,
  foreignSource: -0.2,
  target: 0.35,
  foreignTarget: -0.5,
  absent: -0.4,
  reachable: -0.2,
  question: 0.3,
  language: 0.5,
} as const;

/** `reachable`: types that what is at hand can be turned into. */
export function fitOf(wanted: Wanted, profile: Profile, reachable: readonly ValueType[]): number {
  return (
    sourceFit(wanted, profile) +
    presence(wanted, profile, reachable) +
    targetFit(wanted, profile) +
    slotFit(wanted, profile)
  );
}

const includes = (types: readonly ValueType[], wanted: ValueType): boolean =>
  types.some((type) => sameType(itemType(type), itemType(wanted)));

function sourceFit({ sources, sourceWeight, asksQuestion }: Wanted, { inputs }: Profile): number {
  if (sources.length === 0) return 0;
  const takes = inputs.filter(([, { slot }]) => slot !== "question" || asksQuestion).map(([, { type }]) => type);
  const taken = sources.some((type) => includes(takes, type));
  return sourceWeight * (taken ? weights.source : weights.foreignSource);
}

/** Whatever the words say: what is not there can't be worked on. Words can be found anywhere. */
function presence({ atHand }: Wanted, { inputs }: Profile, reachable: readonly ValueType[]): number {
  const main = inputs.find(([, { optional }]) => optional !== true)?.[1];
  const given = main && (main.slot === undefined || inputs.some(([, { slot }]) => slot === "question"));
  if (!given || includes(atHand, main.type)) return 0;
  return main.slot === undefined && includes(reachable, main.type) ? weights.reachable : weights.absent;
}

function targetFit({ targets }: Wanted, { outputs }: Profile): number {
  if (targets.length === 0) return 0;
  const [first] = outputs;
  if (first && includes(targets, first[1].type)) return weights.target;
  return outputs.some(([, { type }]) => includes(targets, type)) ? weights.target / 2 : weights.foreignTarget;
}

function slotFit({ words, asksQuestion }: Wanted, { inputs }: Profile): number {
  const slots = new Set(inputs.map(([, { slot }]) => slot));
  const question = asksQuestion && slots.has("question") ? weights.question : 0;
  const named = words.some(
    ({ lower }, at) =>
      languages.has(lower) &&
      /^(?:in|into|to)$/.test(words[at - 1]?.lower ?? "") &&
      !/^(?:is|are|was|were|be|written)$/.test(words[at - 2]?.lower ?? ""),
  );
  return question + (named && slots.has("language") ? weights.language : 0);
}
