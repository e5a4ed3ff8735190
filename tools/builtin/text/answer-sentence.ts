/** Finding the sentence of a text that answers a question. Pure. */
import { dot } from "./vectors.ts";

/** How much the share of the question's words that a sentence holds adds to their likeness in meaning. */
const WORDS_WEIGHT = 0.5;
/** What a sentence gains where it holds the kind of thing asked for: a number, a name, a date. */
const KIND_BONUS = 0.1;

const STOP_WORDS = new Set(
  "a an and are as at be been by can could did do does for from had has have he her him his how i in is it its me my of on or our she should so than that the their them there these they this those to was we were what when where which who whom whose why will with would you your according text say says tell".split(
    " ",
  ),
);

/** What a sentence must hold to answer a question that begins so. */
const kinds: readonly (readonly [RegExp, RegExp])[] = [
  [
    /\b(?:how (?:many|much|long|old|far|tall|high|often|big|large|heavy)|what (?:number|age|price))\b/i,
    /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|hundred|thousand|million|half|dozen|once|twice|daily|weekly|every)\b/i,
  ],
  [
    /\b(?:when|what (?:year|day|date|month|time))\b/i,
    /\d|\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|morning|evening|night|noon|midnight|yesterday|tomorrow|today|spring|summer|autumn|winter|century|year|after|before)\b/i,
  ],
  [/\b(?:who|whom|whose)\b/i, /(?<=\S\s)\p{Lu}\p{Ll}+|\b(?:he|she|they|I|we)\b/u],
  [/\bwhere\b/i, /\b(?:in|at|on|near|from|to|behind|under|between|next)\b/i],
  [/\bwhy\b/i, /\b(?:because|since|as|due|so|therefore|to|reason|after)\b/i],
];

export interface Candidate {
  readonly text: string;
  readonly vector: readonly number[];
}

export interface FoundAnswer {
  readonly place: number;
  /** About -0.5 to 1.6; what is enough was measured. */
  readonly score: number;
}

/** The best sentence; undefined where there is none. */
export function findAnswer(question: Candidate, sentences: readonly Candidate[]): FoundAnswer | undefined {
  const wanted = contentWords(question.text);
  const held = sentences.map(({ text }) => contentWords(text));
  // A word that stands in every sentence tells nothing about which of them answers.
  const weightOf = (word: string) =>
    Math.log(1 + sentences.length / (0.5 + held.filter((words) => words.has(word)).length));
  const total = [...wanted].reduce((sum, word) => sum + weightOf(word), 0);
  const kind = kinds.find(([asks]) => asks.test(question.text))?.[1];
  let best: FoundAnswer | undefined;
  for (const [place, sentence] of sentences.entries()) {
    const shared = [...wanted].filter((word) => held[place]?.has(word)).reduce((sum, word) => sum + weightOf(word), 0);
    const words = total === 0 ? 0 : shared / total;
    const score =
      dot(question.vector, sentence.vector) +
      WORDS_WEIGHT * words +
      (kind?.test(sentence.text) === true ? KIND_BONUS : 0);
    if (best === undefined || score > best.score) best = { place, score };
  }
  return best;
}

/** Lower-case words that carry meaning, cut to their likely stem. */
function contentWords(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.filter((word) => !STOP_WORDS.has(word)).map(stem));
}

/** The plainest endings off: enough for “painted” to meet “paint”. */
function stem(word: string): string {
  if (word.length <= 4) return word.replace(/s$/, "");
  return word.replace(/(?:ies|ing|ed|es|s|e|y)$/, "");
}
