/** What a step needs beyond its task: another form, another language, or another task where nobody can do this one. */
import { isAssetType, type ValueType } from "../../run/value.ts";
import { itemType } from "./item-type.ts";
import { findConversions } from "./close-gaps.ts";
import type { BuildContext } from "./build-step.ts";
import { convert, outputsOf, type MakeContext } from "./convert.ts";
import { languages, typeOfNoun } from "./lexicon.ts";
import { readingOf } from "./pages.ts";
import type { Resolved, Thing } from "./things.ts";
import { answersFromWords, takesQuestions } from "./traits.ts";

export interface Instead {
  readonly context: BuildContext;
  readonly note: string;
}

/**
 * Where nobody answers questions about files of this kind: an answer from the words in it, if what is asked for are
 * words ("the total on the receipt"), else what somebody can tell of it.
 */
export function insteadOf(context: BuildContext): Instead | undefined {
  const { profile, catalogue, clause, resolved, things, guard } = context;
  const [main] = profile.inputs.filter(([, { optional }]) => optional !== true);
  if (profile.task.unavailable === undefined || !takesQuestions(profile) || !main || !isAssetType(main[1].type))
    return undefined;
  const hints = new Set(clause.words.map(({ stem }) => stem).filter((stem) => stem !== ""));
  const gap = { from: main[1].type, to: "text", hints, making: false, done: new Set<string>() } as const;
  const [first] = findConversions(gap, catalogue) ?? [];
  if (!first || first.profile.task.unavailable !== undefined) return undefined;
  const recent = things.recent(guard);
  const meant = resolved[0]?.things[0] ?? recent.find(({ reading }) => reading !== undefined) ?? recent[0];
  const isPage = meant?.reading !== undefined || readingOf(main[1].type, hints, catalogue) !== undefined;
  const reader = isPage
    ? catalogue.profiles.find((one) => one.task.unavailable === undefined && answersFromWords(one))
    : undefined;
  const instead = reader ?? first.profile;
  const note = `Nobody can do "${profile.task.title}" now: ${profile.task.unavailable} Instead: ${instead.task.title}.`;
  return { context: { ...context, profile: instead }, note };
}

/** All things that a step made, those that the request wanted most first. */
export function finishStep(
  context: BuildContext,
  made: readonly (readonly Thing[])[],
  targets: readonly ValueType[],
): Thing[] {
  const things = made.flat();
  const written = made.flatMap(([main]) => (main && itemType(main.type) === "text" ? [main] : []));
  const translated = written.flatMap((thing) => translate(context, thing) ?? []);
  const wanted = targets.find((type) => isAssetType(type) && !things.some((thing) => itemType(thing.type) === type));
  const last = translated.length > 0 ? translated : made.flatMap(([main]) => main ?? []);
  const turned = wanted === undefined ? [] : last.flatMap((thing) => convert(context, thing, wanted, true) ?? []);
  return [...turned, ...translated, ...things];
}

/** "Describe the photo in German": the task knows no languages, but another one does. */
function translate(context: BuildContext, thing: Thing): Thing | undefined {
  const { profile, catalogue, clause, draft, when } = context;
  const language = clause.words.find(
    ({ lower }, at) => languages.has(lower) && lower !== "english" && namesTarget(context, at),
  );
  if (!language || profile.inputs.some(([, { slot }]) => slot === "language")) return undefined;
  const translator = catalogue.profiles.find(({ inputs }) => inputs.some(([, { slot }]) => slot === "language"));
  const text = translator?.inputs.find(([, { slot }]) => slot === "passage")?.[0];
  const into = translator?.inputs.find(([, { slot }]) => slot === "language")?.[0];
  if (!translator || text === undefined || into === undefined || typeof thing.type !== "string") return undefined;
  const inputs = { [text]: thing.binding, [into]: { value: { type: "text" as const, value: language.text } } };
  const id = draft.add({ task: translator.task.id, inputs, when });
  if (id === undefined) return undefined;
  const origin = { about: thing, mapped: false, sources: [{ thing, slot: undefined }] };
  return outputsOf({ ...context, evidence: new Set() }, translator, id, origin)[0];
}

/** "into French", "describe it in French"; but "the text in French" tells what the text is in. */
function namesTarget({ clause }: BuildContext, at: number): boolean {
  const [noun, preposition] = [clause.words[at - 2], clause.words[at - 1]];
  if (preposition?.lower === "into") return true;
  // "summarize the article in French", but "find the text in French on the page".
  const ends = clause.kind === "request" && at === clause.words.length - 1;
  return preposition?.lower === "in" && noun?.kind === "word" && (ends || typeOfNoun.get(noun.lower) !== "text");
}

/** "provide the answer as an audio file": no task is named, but what it is and what it is to become. */
export function turnInto(
  context: MakeContext,
  resolved: readonly Resolved[],
  targets: readonly ValueType[],
): readonly Thing[] {
  const [target] = targets;
  if (target === undefined) return [];
  const [one] = resolved.toSorted((a, b) => Number(a.certainty === "pronoun") - Number(b.certainty === "pronoun"));
  const things = one?.certainty === "pronoun" ? one.things.slice(0, 1) : (one?.things ?? []);
  return things
    .filter(({ type }) => itemType(type) !== itemType(target))
    .flatMap((thing) => convert(context, thing, target, true) ?? []);
}
