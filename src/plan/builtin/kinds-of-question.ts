/** Tells questions about what pictures show: "which of the photos shows a cat?", "is anyone in it?", "where is it?". */
import { labelsIn } from "./labels.ts";
import { languages, typeOfNoun } from "./lexicon.ts";
import type { Word } from "./read-request.ts";
import { alternativesIn } from "./slots.ts";

const shows = "shows?|contains?|includes?|features?|depicts?|has|have|got";
const sees = "see|spot|recogni[sz]e|find|notice|detect|make out";
const those = "(?:the|this|that|these|those|any|both|either|each|all|of|one|ones|my|our|two|three|four|five) ";
const patterns = [
  // "which of the photos shows", "which photo is the one with", "what picture has", "which of these is a photo of"
  String.raw`^(?:which|what) (?:${those})*(?:PICTURE|ones?|of (?:them|these|those))\b.*\b(?:${shows}|with|sees?|there|PICTURE of)\b`,
  String.raw`^which (?:ones? )?(?:${shows})\b`,
  String.raw`^(?:do|does|did) .*\b(?:${shows}|appear|exist|${sees})\b`,
  String.raw`^(?:whether|if) .*\b(?:${shows}|appears?|exists?|visible)\b`,
  String.raw`^(?:whether|if|is|are) .*\b(?:in|on|at) (?:${those})*(?:PICTURE|it|them|there|here)$`,
  String.raw`^(?:is|are) (?:${those.trim()}|it) an? (?:PICTURE of|.* or an? )\b`,
  String.raw`^(?:is|are) .*\bvisible\b`,
  String.raw`^(?:(?:can|could|do) (?:you|we|i) )?(?:${sees}) (?:an?|any|some|the)\b`,
  "^any [a-z]",
  "^where(?: is| are|'s) ",
].map((pattern) => new RegExp(pattern));
const leadIn =
  /^(?:(?:can you |please )?(?:tell me|say|check|see|find out|know|show me|look) )+(?=(?:which|what|whether|if|where) )/;

/** Whether a clause asks if, where, or in which picture there is what it names, provided that it is about pictures. */
export function asksForThings(words: readonly Word[]): boolean {
  const text = words
    .filter(({ kind }) => kind !== "mark")
    .map(({ lower }) => (typeOfNoun.get(lower) === "image" ? "PICTURE" : lower))
    .join(" ")
    .replace(leadIn, "");
  return patterns.some((pattern) => pattern.test(text)) && labelsIn(words, new Set()).length > 0;
}

/** "is it about food, travel or clothing": names classes to choose from; languages are for others to tell. */
export function asksToSort(words: readonly Word[]): boolean {
  const alternatives = alternativesIn(words);
  return (
    alternatives.length > 1 && !asksForThings(words) && !alternatives.some((one) => languages.has(one.toLowerCase()))
  );
}

const fitting = /^(?:describ|match|fit|correspond|talk|refer|belong|speak)/;

/** "which of the photos is she describing?", "does the text match the note?" */
export function asksWhatFits(words: readonly Word[]): boolean {
  return words.some(({ lower }, at) => at > 1 && fitting.test(lower));
}

const fact =
  /^(?:when|where|who|whose|whom|why|how (?:much|long|old|far|often|big|high|tall|late|early)|when's|where's|who's)\b|\b(?:says?|mentions?|tells?|thinks?|writes?|explains?) (?:\w+ )?(?:about|of|on|when|where|who|why|how|if|whether)\b|^what (?:did|does|do|was|were|has|have|will|would) (?:he|she|they|we|i) (?!say\b)\w/;

/** Asks for something that words may tell: "when was it written?", "what does it say about breakfast?" */
export const asksFact = (words: readonly Word[]): boolean => fact.test(words.map(({ lower }) => lower).join(" "));

const detail = /^what(?:'s| is| are| was| were) (?:the|his|her|its|their) (?!texts?\b|words?\b|contents?\b)\w+/;

/** "what's the phone number on the card?", but not "what's on the card?" */
export const asksDetail = (words: readonly Word[]): boolean => detail.test(words.map(({ lower }) => lower).join(" "));
