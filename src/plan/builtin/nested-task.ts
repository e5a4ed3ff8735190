/** "Read the *summary* of the letter *aloud*": two tasks in one clause, one of which works on what the other gives. */
import { fits, type ValueType } from "../../run/value.ts";
import { itemType } from "./item-type.ts";
import { type Catalogue, plainMedia, type Profile } from "./catalogue.ts";
import { findConversions } from "./close-gaps.ts";
import { vagueNouns } from "./lexicon.ts";
import { rankTasks, type Match } from "./match.ts";
import type { Wanted } from "./wanted.ts";
import type { Reading } from "./read-clause.ts";
import { takesQuestions } from "./traits.ts";

/** How well the words beside those of the best task must name another one. */
const LEAST_NESTED = 0.95;

/** Weight up to which a word only describes, or speaks of what was there before. */
const RELATIVE = 0.3;

export interface Nesting {
  /** Is done first. */
  readonly inner: Match;
  /** Works on what the inner one gives. */
  readonly outer: Match;
}

export function findNesting(
  best: Match,
  { wanted, resolved }: Pick<Reading, "resolved"> & { readonly wanted: Wanted },
  catalogue: Catalogue,
): Nesting | undefined {
  const mentions = resolved.flatMap(({ mention, certainty }) => (certainty === "named" ? [mention] : []));
  // "the detected objects" only speaks of what was found before, and "objects" of anything at all.
  const asks = (place: number): boolean =>
    place < wanted.words.length &&
    !mentions.some(({ from, to }) => place >= from && place < to) &&
    !vagueNouns.has(wanted.words[place]?.lower ?? "");
  const tells = (place: number): boolean => !plainMedia.has(wanted.words[place]?.stem ?? "");
  // How far from the verb a word stands says little here: "the entities in the *summary* of the letter".
  const places = wanted.places.map(({ stem, weight }, at) =>
    best.evidence.has(at) ? { stem: "", weight: 0 } : { stem, weight: weight > RELATIVE ? 1 : weight },
  );
  const others = rankTasks({ ...wanted, places, verbLeads: false }, catalogue).filter(
    ({ profile, lexical, evidence }) =>
      profile !== best.profile &&
      lexical >= LEAST_NESTED &&
      !takesQuestions(profile) &&
      [...evidence].every(asks) &&
      [...evidence].some(tells),
  );
  for (const other of others) {
    // What stands first is done last: "summarize the translation", "a translated answer".
    const [outer, inner] = firstPlace(best) < firstPlace(other) ? [best, other] : [other, best];
    if (feeds(inner.profile, outer.profile) && canStart(inner.profile, wanted, catalogue)) return { inner, outer };
    if (feeds(outer.profile, inner.profile) && canStart(outer.profile, wanted, catalogue)) {
      return { inner: outer, outer: inner };
    }
  }
  return undefined;
}

/** Whether a task can work on what the clause speaks of; or, if it speaks of nothing, on what there is. */
function canStart({ inputs }: Profile, { sources, atHand }: Wanted, catalogue: Catalogue): boolean {
  const type = inputs[0]?.[1].type;
  if (type === undefined) return false;
  const to = itemType(type);
  return (sources.length > 0 ? sources : atHand).some(
    (one) => fits(itemType(one), to) || hasWay(itemType(one), to, catalogue),
  );
}

const hasWay = (from: ValueType, to: ValueType, catalogue: Catalogue): boolean =>
  findConversions({ from, to, hints: new Set(), making: false, done: new Set() }, catalogue) !== undefined;

const firstPlace = ({ evidence }: Match): number => Math.min(...evidence);

/** Whether what one task is for is what the other one works on. */
function feeds(first: Profile, second: Profile): boolean {
  const [given, wanted] = [first.outputs[0]?.[1].type, second.inputs[0]?.[1].type];
  return given !== undefined && wanted !== undefined && fits(itemType(given), itemType(wanted));
}
