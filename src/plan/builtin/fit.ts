/** How well a task fits what a clause speaks of and asks for, whatever its words are. */
import { sameType, type ValueType } from "../../run/value.ts";
import type { Profile } from "./catalogue.ts";
import { itemType } from "./item-type.ts";
import { languages } from "./lexicon.ts";
import type { Wanted } from "./wanted.ts";
import { answersFromWords, comparesTwo, findsThings, resizes, sortsInto } from "./traits.ts";

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
  nothing: -1,
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

const hasWords = ({ readings, sources }: Wanted): boolean => readings.size > 0 || includes(sources, "text");

function sourceFit(wanted: Wanted, profile: Profile): number {
  const { sources, sourceWeight, asking, readings } = wanted;
  if (sources.length === 0) return 0;
  const inputs = profile.inputs.filter(([, { slot }]) => slot !== "question" || asking.question);
  const takes = inputs.map(([, { type }]) => type);
  const taken = sources.some((type) => includes(takes, type)) || (readings.size > 0 && includes(takes, "text"));
  return sourceWeight * (taken ? weights.source : weights.foreignSource);
}

/** Whatever the words say: what is not there can't be worked on. Words can be found anywhere. */
function presence(wanted: Wanted, profile: Profile, reachable: readonly ValueType[]): number {
  const { atHand } = wanted;
  const { inputs } = profile;
  if (wanted.readings.size > 0 && answersFromWords(profile)) return weights.reads;
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
export const isMadeFor = (profile: Profile, { asking }: Wanted): boolean =>
  (asking.things && findsThings(profile)) ||
  (asking.sorting && sortsInto(profile)) ||
  (asking.fit && comparesTwo(profile)) ||
  (asking.size && resizes(profile));

function slotFit(wanted: Wanted, profile: Profile): number {
  const { words, asking, readings, pictures } = wanted;
  const { id } = profile.task;
  const slots = new Set(profile.inputs.map(([, { slot }]) => slot));
  const clues: readonly (readonly [keyof typeof weights, boolean])[] = [
    ["question", asking.question && !asking.sorting && slots.has("question")],
    ["fact", asking.fact && answersFromWords(profile) && hasWords(wanted)],
    ["reading", !asking.detail && readings.has(id)],
    ["madeFor", isMadeFor(profile, wanted)],
    // "who wrote it?" asks nobody to write.
    ["ordered", asking.question && slots.has("instruction")],
    ["language", slots.has("language") && namesTarget(words, asking)],
    // "is there text in it?", "find the date in the letter"
    ["nothing", findsThings(profile) && (asking.text || (readings.size > 0 && !pictures))],
    ["unsorted", sortsInto(profile) && !asking.sorting],
  ];
  return clues.reduce((sum, [name, applies]) => sum + (applies ? weights[name] : 0), 0);
}

/** "into French", "say it in French"; but "is it in French?" names nothing to translate into. */
function namesTarget(words: Wanted["words"], { question }: Wanted["asking"]): boolean {
  if (question && /^(?:is|are|was|were)$/.test(words[0]?.lower ?? "")) return false;
  return words.some(
    ({ lower }, at) =>
      languages.has(lower) &&
      /^(?:in|into|to)$/.test(words[at - 1]?.lower ?? "") &&
      !/^(?:is|are|was|were|be|written)$/.test(words[at - 2]?.lower ?? ""),
  );
}
