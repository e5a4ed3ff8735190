/** Chooses, among the things that there are, those that an input takes. */
import type { InputSpec } from "../../registry/task-spec.ts";
import { fits, type ValueType } from "../../run/value.ts";
import type { Catalogue, Profile } from "./catalogue.ts";
import { findConversions, type Gap } from "./close-gaps.ts";
import { itemType } from "./item-type.ts";
import type { Clause } from "./clause.ts";
import { isSpecial, type Certainty, type Resolved, type Thing, type Things } from "./things.ts";
import { answersFromWords, makesFile } from "./traits.ts";

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

/**
 * Things of the input's type, or that can be turned into it; empty where there are none. What the clause speaks of
 * comes before what was spoken of last.
 */
export function chooseThings(context: StepContext, { type }: InputSpec, used: ReadonlySet<Thing>): readonly Thing[] {
  const { resolved, things, guard } = context;
  const wanted = itemType(type);
  const free = (thing: Thing): boolean => !used.has(thing);
  const fitsAsIs = (thing: Thing): boolean => free(thing) && fits(itemType(thing.type), wanted);
  const fitsConverted = (thing: Thing): boolean => free(thing) && convertible(context, thing, wanted);
  const spokenOf = (certainties: readonly Certainty[], suits: (thing: Thing) => boolean): readonly Thing[] => {
    for (const certainty of certainties) {
      for (const [at, one] of resolved.entries()) {
        const fitting = one.certainty === certainty ? one.things.filter(suits) : [];
        if (fitting.length > 0)
          return [
            ...ofMention(one, fitting, { context, wanted }),
            ...coordinated(
              context,
              lastMentionOf(fitting, resolved, at),
              (thing) => suits(thing) && !fitting.includes(thing),
            ),
          ];
      }
    }
    return [];
  };
  const latest = (suits: (thing: Thing) => boolean): readonly Thing[] => {
    const all = things
      .recent(guard)
      .filter((thing) => thing.origin !== "history" && !isQuestion(thing) && suits(thing));
    // Answers stand in what holds words, whatever was looked at last.
    const pages = answersFromWords(context.profile) ? all.filter(isPage) : [];
    const fitting = pages.length > 0 ? pages : all;
    return fitting[0] ? group(fitting[0], fitting, { context, wanted }) : [];
  };
  // Findings may be spoken, but their words are nothing to find more in.
  const isContent = (thing: Thing): boolean => thing.content || wanted !== "text" || makesFile(context.profile);
  const ways = [
    () => spokenOf(["named", "typed", "pronoun"], fitsAsIs),
    () => spokenOf(["named", "typed"], fitsConverted),
    () => latest((thing) => isContent(thing) && fitsAsIs(thing)),
    () => spokenOf(["pronoun"], fitsConverted),
    () => latest((thing) => isContent(thing) && fitsConverted(thing)),
    () => latest(fitsAsIs),
    () => latest(fitsConverted),
  ];
  for (const way of ways) {
    const found = way();
    if (found.length > 0) return found;
  }
  return [];
}

/** "the objects in a.png and b.png": the file repeats what "the objects" stood for, and the next one is joined to it. */
function lastMentionOf(found: readonly Thing[], resolved: readonly Resolved[], at: number): number {
  const next = resolved[at + 1];
  return next && next.things.length > 0 && next.things.every((thing) => found.includes(thing))
    ? lastMentionOf(found, resolved, at + 1)
    : at;
}

/** "read the note *and the letter*", "in the one *and also in the other*": what is joined on is meant, too. */
function coordinated(
  { resolved, clause }: Pick<StepContext, "resolved" | "clause">,
  at: number,
  suits: (thing: Thing) => boolean,
): readonly Thing[] {
  const [one, next] = [resolved[at], resolved[at + 1]];
  if (!one || !next || next.certainty === "pronoun") return [];
  const between = clause.words.slice(one.mention.to, next.mention.from);
  const joining = /^(?:and|&|as|well|plus|also|then|in|on|from|of|for)$/;
  const joins =
    between.some(({ lower, text }) => /^(?:and|&|plus|well|then)$/.test(lower) || text === ",") &&
    between.every(({ lower, text }) => joining.test(lower) || text === ",");
  const fitting = joins ? next.things.filter(suits) : [];
  return fitting.length > 0 ? [...fitting, ...coordinated({ resolved, clause }, at + 1, suits)] : [];
}

interface Purpose {
  readonly context: StepContext;
  /** The type that is needed. */
  readonly wanted: ValueType;
}

const isPage = ({ reading }: Thing): boolean => reading !== undefined;

/**
 * Where nobody says what is meant: all that the last step made; of files that nobody spoke of yet, those that hold
 * words where words are wanted, else all of the first one's type, but not those that have names of their own.
 */
function group(first: Thing, fitting: readonly Thing[], { context, wanted }: Purpose): readonly Thing[] {
  const { things, guard } = context;
  if (first.origin === "step") return things.together(first, guard).filter((thing) => fitting.includes(thing));
  if (wanted === "text" && first.origin === "asset" && !isPage(first) && things.wasSpokenOf(first)) {
    const pages = fitting.filter((thing) => isPage(thing) && things.together(first, guard).includes(thing));
    return pages.length > 0 ? pages : [first];
  }
  const untouched = fitting.filter((thing) => thing.origin === "asset" && !things.wasSpokenOf(thing));
  if (!untouched.includes(first)) return [first];
  const pages = wanted === "text" && first.type !== "text" ? untouched.filter(isPage) : [];
  if (pages.length > 0) return pages;
  const alike = untouched.filter((thing) => thing.group === first.group);
  const plain = alike.filter((thing) => !isSpecial(thing));
  return plain.length > 0 ? plain : alike.slice(0, 1);
}

/**
 * A pronoun means what was spoken of last, "them" the whole group of it; where nothing was, what was sent. Other
 * mentions mean all that they name.
 */
function ofMention(resolved: Resolved, fitting: readonly Thing[], purpose: Purpose): readonly Thing[] {
  if (resolved.certainty !== "pronoun") return fitting;
  const { things, guard } = purpose.context;
  const [first] = fitting;
  if (!first) return [];
  if (first.origin === "asset" && !things.wasSpokenOf(first)) return group(first, fitting, purpose);
  return resolved.mention.plural ? things.together(first, guard).filter((thing) => fitting.includes(thing)) : [first];
}

/** Whether a thing is of a type, or can be turned into it. */
export const isUsable = (context: StepContext, thing: Thing, wanted: ValueType): boolean =>
  thing.origin !== "history" &&
  !isQuestion(thing) &&
  (fits(itemType(thing.type), wanted) || convertible(context, thing, wanted));

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

/** Whether a thing is what somebody asks, and so nothing to work on. */
export const isQuestion = ({ names, text, type }: Thing): boolean =>
  (names.has("quest") && (type === "text" || type === "audio")) || text?.endsWith("?") === true;
