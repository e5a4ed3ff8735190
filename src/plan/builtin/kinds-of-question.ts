/** Tells from the grammar of a clause what kind of answer it asks for, whatever the tasks are. */
import { labelsIn } from "./labels.ts";
import { actionVerbs, languages, lightVerbs, typeOfNoun } from "./lexicon.ts";
import type { Word } from "./read-request.ts";
import { alternativesIn, sizeIn, textOf } from "./slots.ts";

const shows = "shows?|contains?|includes?|features?|depicts?|has|have|got";
const sees = "see|spot|recogni[sz]e|find|notice|detect|make out";
const those = "(?:the|this|that|these|those|any|both|either|each|all|of|one|ones|my|our|two|three|four|five) ";
const presence = [
  // "which of the photos shows", "which photo is the one with", "what picture has", "which of these is a photo of"
  String.raw`^(?:which|what) (?:${those})*(?:PICTURE|ones?|of (?:them|these|those))\b.*\b(?:${shows}|with|sees?|there|PICTURE of)\b`,
  String.raw`^which (?:ones? )?(?:${shows})\b`,
  String.raw`^(?:do|does|did) .*\b(?:${shows}|appear|exist|${sees})\b`,
  String.raw`^(?:whether|if) .*\b(?:${shows}|appears?|exists?|visible)\b`,
  String.raw`^(?:whether|if|is|are) (?!it\b).*\b(?:in|on|at) (?:${those})*(?:PICTURE|it|them|there|here)$`,
  String.raw`^(?:is|are) (?:${those.trim()}|it) an? (?:PICTURE of|.* or an? )\b`,
  String.raw`^(?:is|are) .*\bvisible\b`,
  String.raw`^(?:(?:can|could|do) (?:you|we|i) )?(?:${sees}) (?:an?|any|some|the)\b`,
  "^any [a-z]",
  "^where(?: is| are|'s) ",
].map((pattern) => new RegExp(pattern));
const leadIn =
  /^(?:(?:can you |please )?(?:tell me|say|check|see|find out|know|show me|look) )+(?=(?:which|what|whether|if|where) )/;

/** What a clause asks for, besides the task that its words name. */
export interface Asking {
  /** Any question, also an indirect one. */
  readonly question: boolean;
  /** When, where, who, why or how much: something that words may tell. */
  readonly fact: boolean;
  /** Something in particular, and not all the words there are. */
  readonly detail: boolean;
  /** If, where, or in which picture there is what it names. */
  readonly things: boolean;
  /** Whether there is text, or what it says: text is no thing to look for. */
  readonly text: boolean;
  /** Into which of several classes that it names something belongs. */
  readonly sorting: boolean;
  /** Which of several things goes with another one, or whether they do. */
  readonly fit: boolean;
  /** Another size, in pixels. */
  readonly size: boolean;
}

export interface Occasion {
  readonly question: boolean;
  /** Whether it may be about pictures that are not of writing. */
  readonly pictures: boolean;
  /** How many things it names. */
  readonly named: number;
}

export function readAsking(words: readonly Word[], { question, pictures, named }: Occasion): Asking {
  const text = words.map(({ lower }) => lower).join(" ");
  const labels = labelsIn(words, new Set());
  const things = pictures && labels.length > 0 && asksForThings(words);
  const { width, height } = sizeIn(textOf(words));
  return {
    question,
    fact: fact.test(text),
    detail: fact.test(text) || detail.test(text),
    things,
    text: labels.length === 0 && words.some(({ lower }) => /^(?:text|texts|words|writing)$/.test(lower)),
    sorting: !things && namesClasses(words),
    fit: question && named > 1 && asksWhatFits(words),
    size: width !== undefined || height !== undefined,
  };
}

function asksForThings(words: readonly Word[]): boolean {
  const plain = words.filter(({ kind }) => kind !== "mark");
  const text = plain
    .map(({ lower }) => (typeOfNoun.get(lower) === "image" ? "PICTURE" : lower))
    .join(" ")
    .replace(leadIn, "");
  // "faces?", "the dog"
  const terse = plain.length <= 2 && plain.every(({ kind, lower }) => kind === "word" && !emptyVerb(lower));
  return terse || presence.some((pattern) => pattern.test(text));
}

const emptyVerb = (lower: string): boolean => actionVerbs.has(lower) || lightVerbs.has(lower);

/** "is it about food, travel or clothing"; languages are for others to tell. */
function namesClasses(words: readonly Word[]): boolean {
  const alternatives = alternativesIn(words);
  return alternatives.length > 1 && !alternatives.some((one) => languages.has(one.toLowerCase()));
}

const fitting = /^(?:describ|match|fit|correspond|talk|refer|belong|speak)/;

/** "which of the photos is she describing?", "does the text match the note?" */
export function asksWhatFits(words: readonly Word[]): boolean {
  return words.some(({ lower }, at) => at > 1 && fitting.test(lower));
}

const fact =
  /^(?:when|where|who|whose|whom|why|how (?:much|long|old|far|often|big|high|tall|late|early)|when's|where's|who's)\b|\b(?:says?|mentions?|tells?|thinks?|writes?|explains?) (?:\w+ )?(?:about|of|on|when|where|who|why|how|if|whether)\b|^what (?:did|does|do|was|were|has|have|will|would) (?:he|she|they|we|i) (?!say\b)\w/;

/** "what's the phone number on the card?", but not "what's on the card?" */
const detail = /^what(?:'s| is| are| was| were) (?:the|his|her|its|their) (?!texts?\b|words?\b|contents?\b)\w+/;
