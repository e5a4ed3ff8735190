/** "Read the *summary* of the letter *aloud*": two tasks in one clause, one of which works on what the other gives. */
import { fits } from "../../run/value.ts";
import { itemType } from "./bind.ts";
import type { Catalogue, Profile } from "./catalogue.ts";
import { vagueNouns } from "./lexicon.ts";
import { rankTasks, takesQuestions, type Match, type Wanted } from "./match.ts";
import type { Reading } from "./read-clause.ts";

/** How well the words beside those of the best task must name another one. */
const LEAST_NESTED = 0.95;

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
    !best.evidence.has(place) &&
    !mentions.some(({ from, to }) => place >= from && place < to) &&
    !vagueNouns.has(wanted.words[place]?.lower ?? "");
  const others = rankTasks(wanted, catalogue).filter(
    ({ profile, lexical, evidence }) =>
      profile !== best.profile && lexical >= LEAST_NESTED && !takesQuestions(profile) && [...evidence].every(asks),
  );
  for (const other of others) {
    // What stands first is done last: "summarize the translation", "a translated answer".
    const [outer, inner] = firstPlace(best) < firstPlace(other) ? [best, other] : [other, best];
    if (feeds(inner.profile, outer.profile) && canStart(inner.profile, wanted)) return { inner, outer };
    if (feeds(outer.profile, inner.profile) && canStart(outer.profile, wanted)) return { inner: outer, outer: inner };
  }
  return undefined;
}

/** Whether a task can work on what the clause speaks of; or, if it speaks of nothing, on what there is. */
function canStart({ inputs }: Profile, { sources, atHand }: Wanted): boolean {
  const type = inputs[0]?.[1].type;
  const there = sources.length > 0 ? sources : atHand;
  return type !== undefined && there.some((one) => fits(itemType(one), itemType(type)));
}

const firstPlace = ({ evidence }: Match): number => Math.min(...evidence);

/** Whether what one task is for is what the other one works on. */
function feeds(first: Profile, second: Profile): boolean {
  const [given, wanted] = [first.outputs[0]?.[1].type, second.inputs[0]?.[1].type];
  return given !== undefined && wanted !== undefined && fits(itemType(given), itemType(wanted));
}
