/** Chooses, among the things that there are, those that an input takes. */
import type { InputSpec } from "../../registry/task-spec.ts";
import { fits, type ValueType } from "../../run/value.ts";
import type { Catalogue, Profile } from "./catalogue.ts";
import { findConversions, type Gap } from "./close-gaps.ts";
import { itemType } from "./item-type.ts";
import type { Clause } from "./segment.ts";
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

/** Whether a thing is what somebody asks, and so nothing to work on. */
export const isQuestion = ({ names, text, type }: Thing): boolean =>
  (names.has("quest") && (type === "text" || type === "audio")) || text?.endsWith("?") === true;
