/** Reads misspelt words as what they were meant to be: "descrbe the pciture". */
import type { Word } from "./read-request.ts";
import { emptyWords, lightVerbs, typeOfNoun } from "./lexicon.ts";
import { stem } from "./words.ts";

/** Short words are too near to too many others. */
const LEAST_LENGTH = 6;

/** What may stand before the verb of a request. */
const beforeVerb = /^(?:please|and|then|to|you|now|also|just|first|finally)$/;

/**
 * Corrects one slip of the finger (F. J. Damerau, 1964: a letter too few, too many, wrong, or two exchanged) in verbs
 * where a verb is expected, and in nouns of media. `verbs` are those that requests start with. Names stay as they are.
 */
export function correctSpelling(words: readonly Word[], verbs: ReadonlySet<string>): Word[] {
  const known = new Set([...verbs, ...typeOfNoun.keys()].map(stem));
  return words.map((word, at) => {
    const { kind, lower, text } = word;
    const before = words[at - 1];
    const opens = before === undefined || before.kind === "mark";
    const isName = text !== text.toLowerCase() && !opens;
    if (kind !== "word" || lower.length < LEAST_LENGTH || isName) return word;
    if (known.has(word.stem) || emptyWords.has(lower) || lightVerbs.has(lower)) return word;
    const candidates = [...(opens || beforeVerb.test(before.lower) ? verbs : []), ...typeOfNoun.keys()];
    const meant = candidates.find((one) => one.length >= LEAST_LENGTH && isSlip(lower, one));
    return meant === undefined ? word : { ...word, lower: meant, stem: stem(meant) };
  });
}

/** Whether one slip makes the one word of the other. The first letter is nearly always right. */
function isSlip(written: string, meant: string): boolean {
  if (written[0] !== meant[0] || Math.abs(written.length - meant.length) > 1) return false;
  let at = 0;
  while (at < Math.min(written.length, meant.length) && written[at] === meant[at]) at += 1;
  const [left, right] = [written.slice(at), meant.slice(at)];
  const exchanged = left[0] === right[1] && left[1] === right[0] && left.length > 1 && left.slice(2) === right.slice(2);
  return exchanged || left.slice(1) === right.slice(1) || left.slice(1) === right || left === right.slice(1);
}
