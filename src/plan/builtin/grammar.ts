/** Small questions of English grammar, answered from a few words of context; no tagger, no model. */
import {
  actionVerbs,
  adverbs,
  determiners,
  emptyWords,
  joiners,
  pluralPronouns,
  prepositions,
  questionVerbs,
  questionWords,
  singularPronouns,
  typeOfNoun,
} from "./lexicon.ts";
import type { Word } from "./read-request.ts";

type Words = readonly Word[];

/** Where somebody starts to say what they want; what they want follows. */
const wish =
  /^(?:that |which |so )?(?:(?:i|we)(?:'d|'ll)?(?: would| will| also| really| just| now| still| then| do| am| are)* (?:want|need|wish|require|interested|looking|hope|trying)(?: you to)?\b|(?:i|we)(?:'d| would| will|'ll)(?: also| really| just| now| still| then)* (?:like|love)(?: you to)?\b|i'm (?:also |really )?(?:interested|looking|trying)\b|(?:would|'d) (?:also )?(?:like|love) |(?:want|need|wish) (?:you )?to |please\b|kindly\b|(?:can|could|would|will) (?:you|i|we|it|someone)\b|help me\b|let's\b|let me know\b|(?:your|the|my) (?:task|goal|aim) is\b)/;

/** Where somebody tells what there is. */
const telling =
  /^(?:(?:also |so |and )?(?:i|we)(?:'ve|'m)? ?(?:also |already |just |recently |currently )?(?:have|had|got|am|are|received|took|made|recorded|wrote|working|attached|uploaded)\b|i've\b|i'm\b|there (?:is|are|'s)\b|there's\b|here(?: is| are|'s)\b|attached\b|this is\b|these are\b|given\b|it (?:is|contains|shows|has)\b|(?:please )?(?:find|see) (?:the |my |an? )?(?:attached|enclosed)\b)/;

const opening = (words: Words, at: number): string =>
  words
    .slice(at, at + 9)
    .map((word) => (word.kind === "word" ? word.lower : word.kind === "mark" ? word.text : "_"))
    .join(" ");

/** How many words the start of a wish at this place takes up; 0 where there is none. */
export function wishLength(words: Words, at = 0): number {
  return wish.exec(opening(words, at))?.[0].trim().split(" ").length ?? 0;
}

export const startsTelling = (words: Words, at = 0): boolean => telling.test(opening(words, at));

/** What may follow a verb: its object. */
function startsObject(word: Word | undefined): boolean {
  if (!word) return false;
  if (word.kind === "quote" || word.kind === "file") return true;
  return determiners.has(word.lower) || singularPronouns.has(word.lower) || pluralPronouns.has(word.lower);
}

function gerundBases(lower: string): string[] {
  const root = lower.slice(0, -3);
  return [root, `${root}e`, root.replace(/(.)\1$/, "$1")];
}

/** Tells verbs that ask for something from other words. `known` are verbs of the catalogue's own wordings. */
export function createVerbTest(known: ReadonlySet<string>) {
  const isKnown = (lower: string): boolean => actionVerbs.has(lower) || known.has(lower);
  return (words: Words, at: number): boolean => {
    const [word, next] = [words[at], words[at + 1]];
    if (word?.kind !== "word" || (emptyWords.has(word.lower) && !isKnown(word.lower))) return false;
    if (next?.kind === "word" && /^(?:of|is|are|was|were|has|will)$/.test(next.lower)) return false;
    if (word.lower.endsWith("ing"))
      return startsObject(next) || (next !== undefined && gerundBases(word.lower).some(isKnown));
    if (isKnown(word.lower)) return true;
    const plain =
      !typeOfNoun.has(word.lower) &&
      !word.lower.endsWith("s") &&
      // "I missed my flight" tells.
      !/[^e]ed$/.test(word.lower) &&
      !prepositions.has(word.lower) &&
      !adverbs.has(word.lower);
    return plain && startsObject(next) && !questionWords.has(word.lower);
  };
}

export type VerbTest = ReturnType<typeof createVerbTest>;

/** "then", "finally", "after that": how many words say only when; 0 where none does. */
export function adverbLength(words: Words, at: number): number {
  const [word, next] = [words[at], words[at + 1]];
  if (word?.kind !== "word") return 0;
  if (word.lower === "after" || word.lower === "before")
    return /^(?:that|this|which|all)$/.test(next?.lower ?? "") && words[at + 2]?.kind !== "word" ? 2 : 0;
  return adverbs.has(word.lower) ? 1 : 0;
}

/** Skips commas, joiners and adverbs: the place where a clause that is joined on here would start. */
export function afterJoiner(words: Words, at: number): number | undefined {
  let next = at;
  let joined = false;
  for (let word = words[next]; word; word = words[next]) {
    const joins = word.kind === "mark" ? /^[,(){}[\]]$/.test(word.text) : joiners.has(word.lower);
    const skipped = joins ? 1 : joined ? adverbLength(words, next) : 0;
    if (skipped === 0) break;
    joined ||= joins;
    next += skipped;
  }
  return joined && next < words.length ? next : undefined;
}

/** Skips adverbs at the start of a clause: "Then, finally, ...". */
export function skipAdverbs(words: Words, from: number): number {
  let at = from;
  for (let word = words[at]; word; word = words[at]) {
    const idle = word.kind === "mark" || joiners.has(word.lower) || word.lower === "to";
    const skipped = idle ? 1 : adverbLength(words, at);
    if (skipped === 0) break;
    at += skipped;
  }
  return at;
}

/** "where she was born": asks, too. */
const subjects = new Set(["she", "he", "they", "we", "i", "it", "the"]);

/** Whether a question starts here: "how many ...", "is there ...". */
export function startsQuestion(words: Words, at: number): boolean {
  const [word, next] = [words[at], words[at + 1]];
  if (word?.kind !== "word") return false;
  if (questionWords.has(word.lower))
    return word.lower !== "when" && word.lower !== "where"
      ? true
      : questionVerbs.has(next?.lower ?? "") || (word.lower === "where" && subjects.has(next?.lower ?? ""));
  return word.lower === "whether";
}

/** Whether a sentence's first words make it a yes-or-no question: "Is this ...", "Does it ...". */
export function startsYesNoQuestion(words: Words, at: number): boolean {
  const [word, next] = [words[at], words[at + 1]];
  if (word?.kind !== "word" || !questionVerbs.has(word.lower) || !next) return false;
  return next.kind !== "mark";
}
