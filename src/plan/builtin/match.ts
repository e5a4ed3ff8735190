/** Finds the task that a clause asks for: by its wordings, its meaning, and the types that the clause speaks of. */
import { sameType, type ValueType } from "../../run/value.ts";
import { reachableFrom } from "./close-gaps.ts";
import { fitOf, isMadeFor } from "./fit.ts";
import { itemType } from "./item-type.ts";
import type { Catalogue, Cue, Profile } from "./catalogue.ts";
import {
  actionVerbs,
  emptyWords,
  lightVerbs,
  particles,
  prepositions,
  questionWords,
  relatives,
  targetPrepositions,
  vagueNouns,
} from "./lexicon.ts";
import type { Word } from "./read-request.ts";
import type { Place, Wanted } from "./wanted.ts";

export interface Match {
  readonly profile: Profile;
  readonly score: number;
  /** How well the words alone match. */
  readonly lexical: number;
  /** Places of the clause's words that the match rests on. */
  readonly evidence: ReadonlySet<number>;
}

/** The weights of what the words say; found by error analysis, not by fitting single cases. */
const weights = { bag: 0.25, name: 0.8, likeness: 0.5, unavailable: -0.12, passesVerb: 0.8 } as const;

/** All tasks, best first. */
export function rankTasks(wanted: Wanted, catalogue: Catalogue): Match[] {
  const reachable = reachableFrom(wanted.atHand, catalogue);
  return catalogue.profiles
    .map((profile) => {
      const { value: lexical, evidence } = lexicalScore(wanted, profile, catalogue);
      const likeness = Math.max(0, wanted.likeness.get(profile.task.id) ?? 0) * weights.likeness;
      const fit = fitOf(wanted, profile, reachable);
      const available = profile.task.unavailable === undefined ? 0 : weights.unavailable;
      return { profile, lexical, evidence, score: lexical + likeness + fit + available };
    })
    .toSorted((a, b) => b.score - a.score);
}

/** Weighs a clause's words: a preposition leads away from the verb, a relative clause further. */
export function weigh(words: readonly Word[]): Place[] {
  let weight = 1;
  const hasVerb = actionVerbs.has(words[0]?.lower ?? "");
  return words.map(({ kind, lower, stem }, at) => {
    // "draw the scene described in the letter": the first verb asks, the second one only describes.
    const describes = hasVerb && at > 1 && lower.endsWith("ed") && prepositions.has(words[at + 1]?.lower ?? "");
    if ((at > 0 && relatives.has(lower)) || describes) weight = Math.min(weight, 0.3);
    else if (prepositions.has(lower)) weight = Math.max(0.35, weight * 0.65);
    else if (particles.has(lower)) return { stem, weight: 1 };
    else if (targetPrepositions.has(lower)) weight = Math.max(weight, 0.8);
    return { stem: kind === "word" ? stem : "", weight };
  });
}

interface Evidence {
  readonly value: number;
  readonly evidence: ReadonlySet<number>;
}

function lexicalScore(
  { places, verbLeads }: Pick<Wanted, "places" | "verbLeads">,
  profile: Profile,
  catalogue: Catalogue,
): Evidence {
  // The verb that leads a clause says what is to be done; what passes it over is the weaker for it.
  const weighed = ({ value, evidence }: Evidence): Evidence => ({
    value: verbLeads && !evidence.has(0) ? value * weights.passesVerb : value,
    evidence,
  });
  let best: Evidence = weighed(byName(places, profile, catalogue));
  for (const cue of profile.cues) {
    const found = weighed(matchCue(places, cue, catalogue.rarity));
    if (found.value > best.value) best = found;
  }
  const bag = new Set<string>();
  let sum = 0;
  for (const { stem, weight } of places) {
    if (!profile.bag.has(stem) || bag.has(stem)) continue;
    bag.add(stem);
    sum += catalogue.bagRarity(stem) * weight;
  }
  return { value: best.value + weights.bag * Math.min(sum, 2), evidence: best.evidence };
}

/** Part of a task's name is enough, if nothing better matches. */
function byName(places: readonly Place[], { name }: Profile, { rarity }: Catalogue): Evidence {
  const evidence = new Set<number>();
  const seen = new Set<string>();
  let value = 0;
  for (const [at, { stem, weight }] of places.entries()) {
    if (!name.has(stem) || seen.has(stem)) continue;
    seen.add(stem);
    evidence.add(at);
    value += rarity(stem) * weight;
  }
  // A name of which only a common word is there says little: "generated" is not yet "image generation".
  const whole = [...name].reduce((sum, stem) => sum + rarity(stem), 0);
  const covered = whole === 0 ? 0 : [...seen].reduce((sum, stem) => sum + rarity(stem), 0) / whole;
  return { value: value * weights.name * (0.5 + covered / 2), evidence };
}

/** Every stem of the cue must be there; words in between and another order cost. */
function matchCue(places: readonly Place[], cue: Cue, rarity: (stem: string) => number): Evidence {
  const found = cue.stems.map((stem) => bestPlace(places, stem));
  if (found.some((at) => at < 0)) return { value: 0, evidence: new Set() };
  const ordered = found.every((at, index) => index === 0 || at > (found[index - 1] ?? 0));
  // "what does it say" is not "say what it is".
  if (!ordered && (cue.directed || questionWords.has(cue.stems[0] ?? ""))) return { value: 0, evidence: new Set() };
  const span = Math.max(...found) - Math.min(...found) + 1;
  const gaps = Math.max(0, span - cue.stems.length);
  const value = cue.stems.reduce(
    (sum, stem, index) => sum + rarity(stem) * (places[found[index] ?? 0]?.weight ?? 0),
    0,
  );
  return { value: value * (ordered ? 1 : 0.75) * Math.max(0.75, 0.97 ** gaps), evidence: new Set(found) };
}

function bestPlace(places: readonly Place[], stem: string): number {
  let best = -1;
  for (const [at, place] of places.entries()) {
    if (place.stem === stem && (best < 0 || place.weight > (places[best]?.weight ?? 0))) best = at;
  }
  return best;
}

/** Whether a clause has any word with a meaning of its own. */
export function hasContent(words: readonly Word[]): boolean {
  return words.some(
    ({ kind, lower }) =>
      kind === "quote" ||
      kind === "file" ||
      (kind === "word" && !emptyWords.has(lower) && !lightVerbs.has(lower) && !vagueNouns.has(lower)),
  );
}

/** A clause asks for a task when its words or its meaning come at least this near to it. */
const leastLexical = 0.4;
const leastBesideVerb = 0.7;
const leastLikeness = 0.5;
const leastLikenessBesideVerb = 0.65;
const leastScore = 0.7;
/** Words that don't ask, such as "a summary of the letter", must name the task. */
const plainly = { lexical: 0.8, score: 1 } as const;

/** The task that a clause asks for; undefined where nothing is near enough. */
export function chooseTask(wanted: Wanted, catalogue: Catalogue): Match | undefined {
  const ranked = rankTasks(wanted, catalogue);
  const [best] = ranked;
  const answering =
    wanted.asking.question || wanted.seeksFact ? ranked.find(({ profile }) => answers(profile, wanted)) : undefined;
  if (!best) return undefined;
  // "what does it say?": plain words that make a wording together.
  const worded = best.evidence.size > 1 && best.lexical >= plainly.lexical && best.score >= plainly.score;
  if (!hasContent(wanted.words)) return worded ? best : wanted.asking.fact ? answering : undefined;
  const besideVerb = wanted.verbLeads && !best.evidence.has(0);
  const least = besideVerb ? leastBesideVerb : leastLexical;
  const near =
    best.lexical >= least ||
    (wanted.likeness.get(best.profile.task.id) ?? 0) >= (besideVerb ? leastLikenessBesideVerb : leastLikeness) ||
    isMadeFor(best.profile, wanted);
  const terse = wanted.onlyTells && wanted.asking.things;
  if (wanted.onlyTells && !terse)
    return best.lexical >= plainly.lexical && best.score >= plainly.score ? best : undefined;
  if (near && best.score >= leastScore) return isHopeless(best, wanted, catalogue) ? (answering ?? best) : best;
  return ranked.find(({ profile }) => isMadeFor(profile, wanted)) ?? answering;
}

/** "How many people were hurt?", asked of an article: nobody counts people in it, but the answer may be there. */
function isHopeless({ profile }: Match, { atHand }: Wanted, catalogue: Catalogue): boolean {
  const main = profile.inputs.find(([, { optional }]) => optional !== true)?.[1];
  if (!main || main.slot !== undefined || atHand.length === 0) return false;
  return !reachableFrom(atHand, catalogue).some((type) => sameType(type, itemType(main.type)));
}

/** Whether a task answers questions, and what it answers them from is there. */
function answers({ inputs }: Profile, { atHand, readings }: Wanted): boolean {
  const others = inputs.filter(([, { slot, optional }]) => slot !== "question" && optional !== true);
  const isThere = (type: ValueType): boolean =>
    atHand.some((one) => sameType(itemType(one), itemType(type))) || (readings.size > 0 && type === "text");
  return others.length < inputs.length && others.every(([, { type }]) => isThere(type));
}

export interface ByWording {
  readonly profile: Profile;
  readonly value: number;
  /** Places in ascending order. */
  readonly evidence: readonly number[];
}

/** The task whose wordings words come nearest to, whatever they speak of. */
export function bestByWording(words: readonly Word[], catalogue: Catalogue): ByWording | undefined {
  const places = weigh(words);
  const found = catalogue.profiles.map((profile): ByWording => {
    const { value, evidence } = lexicalScore({ places, verbLeads: false }, profile, catalogue);
    return { profile, value, evidence: [...evidence].toSorted((a, b) => a - b) };
  });
  return found.reduce<ByWording | undefined>((best, one) => (!best || one.value > best.value ? one : best), undefined);
}
