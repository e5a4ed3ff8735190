/** How well a task fits what a clause speaks of and asks for, whatever its words are. */
import { sameType, type ValueType } from "../../run/value.ts";
import type { Profile } from "./catalogue.ts";
import { itemType } from "./item-type.ts";
import { languages } from "./lexicon.ts";
import type { Wanted } from "./match.ts";
import { answersFromWords, comparesTwo, findsThings, sortsInto } from "./traits.ts";

/** Found by error analysis, not by fitting single cases. */
const weights = {
  source: 0.3,
  foreignSource: -0.2,
  target: 0.35,
  foreignTarget: -0.5,
  absent: -0.4,
  reachable: -0.2,
  reads: 0.25,
  question: 0.3,
  fact: 0.7,
  reading: 0.35,
  language: 0.5,
  madeFor: 1.4,
  ordered: -0.4,
  unsorted: -0.3,
  unnamed: -1,
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

const hasWords = ({ readable, sources }: Wanted): boolean => readable || includes(sources, "text");

function sourceFit(wanted: Wanted, profile: Profile): number {
  const { sources, sourceWeight, asksQuestion } = wanted;
  if (sources.length === 0) return 0;
  const inputs = profile.inputs.filter(([, { slot }]) => slot !== "question" || asksQuestion);
  const takes = inputs.map(([, { type }]) => type);
  const taken = sources.some((type) => includes(takes, type)) || (wanted.readable && includes(takes, "text"));
  return sourceWeight * (taken ? weights.source : weights.foreignSource);
}

/** Whatever the words say: what is not there can't be worked on. Words can be found anywhere. */
function presence(wanted: Wanted, profile: Profile, reachable: readonly ValueType[]): number {
  const { atHand } = wanted;
  const { inputs } = profile;
  if (wanted.readable && answersFromWords(profile)) return weights.reads;
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

/** Whether the clause's grammar asks for just what the task's inputs and outputs are made for. */
export const isMadeFor = (profile: Profile, { looksFor, sorts, compares }: Wanted): boolean =>
  (looksFor && findsThings(profile)) || (sorts && sortsInto(profile)) || (compares && comparesTwo(profile));

function slotFit(wanted: Wanted, profile: Profile): number {
  const { words, asksQuestion, sorts } = wanted;
  const slots = new Set(profile.inputs.map(([, { slot }]) => slot));
  const question = asksQuestion && !sorts && slots.has("question") ? weights.question : 0;
  const asksFact = wanted.asksFact && answersFromWords(profile) && hasWords(wanted) ? weights.fact : 0;
  const reads = !wanted.asksDetail && wanted.readings.has(profile.task.id) ? weights.reading : 0;
  const made = isMadeFor(profile, wanted) ? weights.madeFor : 0;
  // "who wrote it?" asks nobody to write.
  const ordered = asksQuestion && slots.has("instruction") ? weights.ordered : 0;
  // "is it in English?" names no language to translate into.
  const isIn = asksQuestion && /^(?:is|are|was|were)$/.test(words[0]?.lower ?? "");
  const named =
    !isIn &&
    words.some(
      ({ lower }, at) =>
        languages.has(lower) &&
        /^(?:in|into|to)$/.test(words[at - 1]?.lower ?? "") &&
        !/^(?:is|are|was|were|be|written)$/.test(words[at - 2]?.lower ?? ""),
    );
  const language = named && slots.has("language") ? weights.language : 0;
  // "is there text in it?": text is no thing to look for.
  const unnamed = wanted.namesText && findsThings(profile) ? weights.unnamed : 0;
  const unsorted = sortsInto(profile) && !sorts ? weights.unsorted : 0;
  return question + asksFact + reads + made + ordered + language + unsorted + unnamed;
}
