/** Chooses what an input takes from the words of a clause: a number, a name, a question, a text to work on. */
import type { InputSpec } from "../../registry/task-spec.ts";
import { sameType } from "../../run/value.ts";
import { chooseThings, isQuestion, type StepContext } from "./choose-things.ts";
import { determiners, emptyWords, languages, lightVerbs, makingVerbs, typeOfNoun, vagueNouns } from "./lexicon.ts";
import { findMentions } from "./mentions.ts";
import { alternativesIn, angleIn, languageIn, sizeIn, textOf } from "./slots.ts";
import { labelsIn, namesAnything } from "./labels.ts";
import type { Resolved, Thing } from "./things.ts";
import { makesFile } from "./traits.ts";

function literal(type: "text" | "number", value: string | number): Thing {
  const binding =
    type === "text" ? { value: { type, value: String(value) } } : { value: { type, value: Number(value) } };
  return { binding, type, names: new Set(), origin: "literal", group: "literal", content: false, text: String(value) };
}

const texts = (text: string | undefined): Thing[] =>
  text === undefined || text.trim() === "" ? [] : [literal("text", text)];
const numbers = (value: number | undefined): Thing[] => (value === undefined ? [] : [literal("number", value)]);

/** What the words give for an input's slot; empty where they give nothing. */
export function chooseForSlot(context: StepContext, spec: InputSpec, used: ReadonlySet<Thing>): readonly Thing[] {
  const { clause, evidence } = context;
  const text = textOf(clause.words);
  switch (spec.slot) {
    case "angle":
      return numbers(angleIn(text));
    case "width":
      return numbers(sizeIn(text).width);
    case "height":
      return numbers(sizeIn(text).height);
    case "language":
      return texts(languageIn(clause.words));
    case "label":
      return texts(labelsIn(clause.words, evidence).join(", ") || soughtBefore(context));
    case "labels":
      return texts(alternativesIn(clause.words).join(", "));
    case "question":
      return chooseQuestion(context, used);
    case "instruction":
      return chooseInstruction(context, spec, used);
    case "passage":
    case undefined:
      return choosePassage(context, spec, used);
  }
}

/** "how many cats are in the first photo, and how many in the second?" */
function soughtBefore({ clause, things, guard }: StepContext): string | undefined {
  const elliptic = clause.words.some(({ lower }) => lower === "many") && !namesAnything(clause.words);
  return elliptic ? things.recent(guard).find(({ sought }) => sought !== undefined)?.sought : undefined;
}

function chooseQuestion(context: StepContext, used: ReadonlySet<Thing>): readonly Thing[] {
  const { clause, resolved, things, guard, profile } = context;
  const free = (thing: Thing): boolean => !used.has(thing);
  const spoken = resolved.filter(({ certainty }) => certainty !== "pronoun").flatMap((one) => one.things.filter(free));
  const quoted = spoken.find((thing) => thing.type === "text" && isQuestion(thing));
  if (quoted) return [quoted];
  // A phrase that was put in front stands there again: "According to the letter, when is it?"
  const inOrder = clause.words.toSorted((a, b) => a.start - b.start);
  if (clause.kind === "question") return texts(`${textOf(inOrder)}?`);
  // "find the answer to that command in the manual": one text is asked about, the other one is what is asked.
  const written = spoken.filter(({ type, origin }) => type === "text" && origin === "step");
  const passages = profile.inputs.filter(([, { slot }]) => slot === "passage").length;
  const asked = spoken.filter(({ type }) => type === "text").length > passages ? written.at(-1) : undefined;
  if (asked) return [asked];
  const known = things
    .recent(guard)
    .find((thing) => free(thing) && isQuestion(thing) && (thing.type === "text" || thing.type === "audio"));
  if (known) return [known];
  const voiced = spoken.find(({ type }) => type === "audio");
  return voiced ? [voiced] : texts(textOf(clause.words));
}

function chooseInstruction(context: StepContext, spec: InputSpec, used: ReadonlySet<Thing>): readonly Thing[] {
  const spoken = context.resolved
    .filter(({ certainty }) => certainty !== "pronoun")
    .flatMap((one) => one.things)
    .filter((thing) => !used.has(thing));
  const given = spoken.find(({ type }) => sameType(type, spec.type)) ?? spoken.find(({ type }) => type === "audio");
  return given ? [given] : texts(textOf(context.clause.words));
}

/** The text to work on: what the clause names or quotes, else its own words where they say something, else the latest. */
function choosePassage(context: StepContext, spec: InputSpec, used: ReadonlySet<Thing>): readonly Thing[] {
  const { resolved, things, guard, profile } = context;
  const needsQuestion = profile.inputs.some(([, { slot }]) => slot === "question");
  const free = (thing: Thing): boolean => !used.has(thing) && !(needsQuestion && isQuestion(thing));
  const spoken = resolved.filter(({ certainty }) => certainty !== "pronoun");
  const own = ownWords(context);
  if (
    own !== undefined &&
    makesFile(profile) &&
    !spoken.some((one) => one.things.some(free)) &&
    !resolved.some(({ mention }) => mention.kind === "pronoun")
  ) {
    return texts(own);
  }
  const left = resolved.map((one) => ({ ...one, things: one.things.filter(free) }));
  // Of two texts, the file is what is read, the other one what is asked.
  const fromFile = (one: Resolved): number => (needsQuestion && one.things[0]?.origin === "asset" ? 0 : 1);
  const pool: StepContext = { ...context, resolved: left.toSorted((a, b) => fromFile(a) - fromFile(b)) };
  const chosen = chooseThings(pool, spec, new Set([...used, ...things.recent(guard).filter((thing) => !free(thing))]));
  if (chosen.length > 0) return chosen;
  const said = things.recent(guard).filter(({ origin }) => origin === "history");
  return said.length > 0 ? said.slice(0, 1) : texts(own);
}

/**
 * What a clause says beyond the words by which its task was found: "translate *good morning* into Spanish". Undefined
 * where that is nothing, or only speaks of something that is not there: "translate it", "summarize the letter".
 */
function ownWords({ clause, evidence, resolved, profile }: StepContext): string | undefined {
  const { words } = clause;
  if (findMentions(words).some(({ kind }) => kind === "pronoun")) return undefined;
  const namesLanguage = profile.inputs.some(([, { slot }]) => slot === "language");
  const within = (at: number): boolean => resolved.some(({ mention }) => at >= mention.from && at < mention.to);
  const empty = (at: number): boolean => {
    const word = words[at];
    if (!word || word.kind !== "word") return word?.kind === "mark";
    const idle =
      (namesLanguage && languages.has(word.lower)) ||
      emptyWords.has(word.lower) ||
      lightVerbs.has(word.lower) ||
      typeOfNoun.has(word.lower) ||
      vagueNouns.has(word.lower);
    return idle || evidence.has(at) || within(at);
  };
  const places = words.map((_, at) => at);
  const first = places.find((at) => !empty(at));
  const last = places.findLast((at) => !empty(at));
  if (first === undefined || last === undefined) return undefined;
  const determiner = determiners.get(words[first - 1]?.lower ?? "");
  const speaksOf = determiner !== undefined && determiner !== "indefinite";
  const start = determiner === undefined ? first : first - 1;
  // "draw the moon" and "a conversation about the moon" give the words themselves.
  const makes = makesFile(profile) && makingVerbs.has(words[0]?.lower ?? "");
  if (speaksOf && !makes && words[start - 1]?.lower !== "about") return undefined;
  return textOf(words.slice(start, last + 1));
}
