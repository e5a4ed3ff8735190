/** Decides what each input of a step takes. */
import type { InputSpec } from "../../registry/task-spec.ts";
import { fits, isAssetType, sameType, type ValueType } from "../../run/value.ts";
import type { Catalogue, Profile } from "./catalogue.ts";
import type { Clause } from "./segment.ts";
import { findConversions, type Gap } from "./close-gaps.ts";
import { emptyWords, lightVerbs, typeOfNoun, vagueNouns } from "./lexicon.ts";
import { alternativesIn, angleIn, labelsIn, languageIn, sizeIn, textOf } from "./slots.ts";
import type { Certainty, Resolved, Thing, Things } from "./things.ts";

/** What a clause gives a step to bind its inputs with. */
export interface StepContext {
  readonly clause: Clause;
  readonly profile: Profile;
  /** What the clause speaks of, in order; what it wants made is left out. */
  readonly resolved: readonly Resolved[];
  /** Places of the words that the task was found by. */
  readonly evidence: ReadonlySet<number>;
  readonly things: Things;
  readonly guard: string | undefined;
  readonly catalogue: Catalogue;
}

/** What one input takes: things of its type, or things that must be converted to it. Several: one node for each. */
export interface Choice {
  readonly name: string;
  readonly spec: InputSpec;
  readonly things: readonly Thing[];
}

/** Chooses for every input that something can be found for, in the order of the task's inputs. */
export function chooseInputs(context: StepContext): Choice[] {
  const chosen = new Map<string, Choice>();
  const used = new Set<Thing>();
  const take = (name: string, spec: InputSpec, things: readonly Thing[]): void => {
    if (things.length === 0) return;
    for (const thing of things) used.add(thing);
    chosen.set(name, { name, spec, things });
  };
  // Files first: what is left of the words is then known to be about something else.
  const inputs = context.profile.inputs;
  const several = (spec: InputSpec): boolean =>
    inputs.filter(([, other]) => sameType(other.type, spec.type) && other.slot === spec.slot).length > 1;
  for (const [name, spec] of inputs) {
    if (spec.slot === undefined && spec.optional !== true)
      take(name, spec, single(chooseThings(context, spec, used), several(spec)));
  }
  for (const [name, spec] of inputs) {
    if (spec.slot !== undefined) take(name, spec, single(chooseForSlot(context, spec, used), several(spec)));
  }
  return inputs.flatMap(([name]) => chosen.get(name) ?? []);
}

/** Of several things for several inputs of one kind, each takes one. */
const single = (things: readonly Thing[], several: boolean): readonly Thing[] =>
  several ? things.slice(0, 1) : things;

function chooseThings(context: StepContext, { type }: InputSpec, used: ReadonlySet<Thing>): readonly Thing[] {
  const { resolved, things, guard } = context;
  const wanted = itemType(type);
  const free = (thing: Thing): boolean => !used.has(thing);
  const fitsAsIs = (thing: Thing): boolean => free(thing) && fits(itemType(thing.type), wanted);
  const fitsConverted = (thing: Thing): boolean => free(thing) && convertible(context, thing, wanted);
  const spokenOf = (certainties: readonly Certainty[], suits: (thing: Thing) => boolean): readonly Thing[] => {
    for (const certainty of certainties) {
      for (const one of resolved.filter((candidate) => candidate.certainty === certainty)) {
        const fitting = one.things.filter(suits);
        if (fitting.length > 0) return ofMention(one, fitting, context);
      }
    }
    return [];
  };
  const latest = (suits: (thing: Thing) => boolean): readonly Thing[] =>
    things
      .recent(guard)
      .filter((thing) => thing.origin !== "history" && !isQuestion(thing) && suits(thing))
      .slice(0, 1);
  const ways = [
    () => spokenOf(["named", "typed", "pronoun"], fitsAsIs),
    () => spokenOf(["named", "typed"], fitsConverted),
    () => latest(fitsAsIs),
    () => spokenOf(["pronoun"], fitsConverted),
    () => latest(fitsConverted),
  ];
  for (const way of ways) {
    const found = way();
    if (found.length > 0) return found;
  }
  return [];
}

/** A pronoun means what was spoken of last, "them" the whole group of it; other mentions mean all that they name. */
function ofMention(resolved: Resolved, fitting: readonly Thing[], { things, guard }: StepContext): readonly Thing[] {
  if (resolved.certainty !== "pronoun") return fitting;
  const [first] = fitting;
  if (!first) return [];
  return resolved.mention.plural ? things.together(first, guard) : [first];
}

function convertible({ catalogue }: StepContext, thing: Thing, wanted: ValueType): boolean {
  if (thing.origin === "literal") return false;
  const written = wanted === "text" && (thing.type === "number" || thing.type === "boolean");
  return written || findConversions(gapFor(thing, wanted), catalogue) !== undefined;
}

const gapFor = ({ type }: Thing, to: ValueType): Gap => ({
  from: itemType(type),
  to,
  hints: new Set(),
  making: false,
  done: new Set(),
});

export function itemType(type: ValueType): ValueType {
  return typeof type === "string" ? type : itemType(type.list);
}

function literal(type: "text" | "number", value: string | number): Thing {
  const binding =
    type === "text" ? { value: { type, value: String(value) } } : { value: { type, value: Number(value) } };
  return { binding, type, names: new Set(), origin: "literal", group: "literal", content: false };
}

const texts = (text: string | undefined): Thing[] =>
  text === undefined || text.trim() === "" ? [] : [literal("text", text)];
const numbers = (value: number | undefined): Thing[] => (value === undefined ? [] : [literal("number", value)]);

function chooseForSlot(context: StepContext, spec: InputSpec, used: ReadonlySet<Thing>): readonly Thing[] {
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
      return texts(labelsIn(clause.words, evidence).join(", "));
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

const isQuestion = ({ names, text, type }: Thing): boolean =>
  (names.has("quest") && (type === "text" || type === "audio")) || text?.endsWith("?") === true;

function chooseQuestion(context: StepContext, used: ReadonlySet<Thing>): readonly Thing[] {
  const { clause, resolved, things, guard, profile } = context;
  const free = (thing: Thing): boolean => !used.has(thing);
  const spoken = resolved.filter(({ certainty }) => certainty !== "pronoun").flatMap((one) => one.things.filter(free));
  const quoted = spoken.find((thing) => thing.type === "text" && isQuestion(thing));
  if (quoted) return [quoted];
  if (clause.kind === "question") return texts(`${textOf(clause.words)}?`);
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

const makesFile = ({ outputs }: Profile): boolean =>
  outputs[0] !== undefined && isAssetType(itemType(outputs[0][1].type));

/** What a clause says beyond the words by which its task was found; undefined where that is nothing. */
function ownWords({ clause, evidence, resolved }: StepContext): string | undefined {
  const { words } = clause;
  const within = (at: number): boolean => resolved.some(({ mention }) => at >= mention.from && at < mention.to);
  const empty = (at: number): boolean => {
    const word = words[at];
    if (!word || word.kind !== "word") return word?.kind === "mark";
    const idle =
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
  const start = first > 0 && /^(?:a|an|the|my|this)$/.test(words[first - 1]?.lower ?? "") ? first - 1 : first;
  return textOf(words.slice(start, last + 1));
}
