/** Splits the words of a request into clauses: one thing that is asked or told each. */
import { foldPassages, endsSentence } from "./fold-passages.ts";
import {
  afterJoiner,
  createVerbTest,
  skipAdverbs,
  startsQuestion,
  startsTelling,
  startsYesNoQuestion,
  wishLength,
  type VerbTest,
} from "./grammar.ts";
import { arrange } from "./arrange-clauses.ts";
import type { Clause, ClauseKind } from "./clause.ts";
import { withoutCourtesies } from "./courtesy.ts";
import { adverbs, determiners, emptyWords, finiteVerbs, joiners, prepositions } from "./lexicon.ts";
import type { Word } from "./read-request.ts";

type Words = readonly Word[];

/** Nobody asks for so much, or with so many words, at once; without limits, a senseless text could take minutes. */
const MOST_CLAUSES = 100;
const MOST_WORDS = 80;

/** Splits a request into clauses, in the order in which they are to be done. */
export function segment(words: Words, text: string, catalogueVerbs: ReadonlySet<string>): Clause[] {
  const isVerb = createVerbTest(catalogueVerbs);
  const clauses: Clause[] = [];
  let lead: Words | undefined;
  for (const [number, sentence] of sentencesOf(
    withoutCourtesies(foldPassages(words, text, isVerb)),
    isVerb,
  ).entries()) {
    const pieces = clausesOf(sentence, number, isVerb);
    const asks = pieces[0]?.kind === "question";
    clauses.push(...pieces.map((piece) => (asks && lead ? { ...piece, lead } : piece)));
    if (sentence.at(-1)?.text === ":") lead = pieces.at(-1)?.words;
    else if (!asks) lead = undefined;
  }
  return clauses.slice(0, MOST_CLAUSES);
}

function clausesOf(sentence: Words, number: number, isVerb: VerbTest): Clause[] {
  const asked = sentence.at(-1)?.text === "?";
  const pieces = splitSentence(sentence, isVerb);
  const clauses = pieces.flatMap((piece, at): Clause[] => {
    const core = trim(piece).slice(0, MOST_WORDS);
    if (core.length === 0) return [];
    const isJoined = joiners.has(pieces[at - 1]?.at(-1)?.lower ?? "");
    return [{ words: core, kind: kindOf(piece, asked, isVerb), sentence: number, branch: branchOf(piece), isJoined }];
  });
  return arrange(clauses);
}

function sentencesOf(words: Words, isVerb: VerbTest): Words[] {
  const sentences: Word[][] = [[]];
  for (const [at, word] of words.entries()) {
    const item = word.kind === "mark" && /^(?:\(?\d{1,2}[.)]|\([a-z]\)|[-*•–])$/.test(word.text);
    if (item) sentences.push([]);
    else sentences.at(-1)?.push(word);
    if (breaksAt(words, at, isVerb)) sentences.push([]);
  }
  return sentences.filter((sentence) => sentence.some(({ kind }) => kind !== "mark"));
}

function breaksAt(words: Words, at: number, isVerb: VerbTest): boolean {
  const [word, next] = [words[at], words[at + 1]];
  if (!word || !next) return false;
  if (word.text === ":") {
    return (
      next.kind === "mark" || wishLength(words, at + 1) > 0 || isVerb(words, at + 1) || startsQuestion(words, at + 1)
    );
  }
  const capital = next.kind === "word" && next.text !== next.lower;
  // A line may be broken in the middle of a sentence.
  if (word.text === "\n") return words[at - 1]?.kind === "mark" || next.kind === "mark" || capital;
  if (word.kind === "quote") return capital && /[.?!…]$/.test(word.content ?? "");
  return endsSentence(word);
}

const conditional = /^(?:if|otherwise|else|unless)$/;

function splitSentence(words: Words, isVerb: VerbTest): Words[] {
  const starts = new Set<number>([0]);
  let inCondition = false;
  for (let at = 0; at < words.length;) {
    const joined = afterJoiner(words, at);
    const next = joined ?? at;
    const word = words[next];
    const wished = wishLength(words, next);
    const freeStanding = joined !== undefined || at === 0;
    if (word && conditional.test(word.lower) && (freeStanding || startsCondition(words, next))) {
      starts.add(next);
      inCondition = word.lower === "if" || word.lower === "unless";
    } else if (inCondition && joined !== undefined && (words[at]?.text === "," || words[at]?.lower === "then")) {
      // The comma after "if ..." ends the condition, whatever follows.
      starts.add(next);
      inCondition = false;
    } else if (inCondition && joined === undefined && endsCondition(words, next, isVerb)) {
      starts.add(next);
      inCondition = false;
    } else if (
      wishedAt(words, next, freeStanding) ||
      (joined !== undefined && startsClause(words, next, isVerb)) ||
      startsMeans(words, next, isVerb)
    ) {
      starts.add(next);
    }
    at = next + Math.max(1, wished);
  }
  const sorted = [...starts].toSorted((a, b) => a - b);
  return sorted.map((start, index) => words.slice(start, sorted[index + 1]));
}

/** "blur it if there is a face" has a condition, "check if there is a face" a question. */
function startsCondition(words: Words, at: number): boolean {
  const before = words.slice(Math.max(0, at - 3), at);
  const wonders = before.some(({ lower }) =>
    /^(?:tell|check|see|know|say|determine|verify|ask|find|wonder|decide|detect|identify|me)$/.test(lower),
  );
  return !wonders && /^(?:if|unless)$/.test(words[at]?.lower ?? "") && words[at + 1]?.kind === "word";
}

/** "if there is a cat *blur* it": without a comma, a verb after a noun starts what is to be done. */
function endsCondition(words: Words, at: number, isVerb: VerbTest): boolean {
  const [before, word] = [words[at - 1], words[at]];
  if (before?.kind !== "word" || !word || word.lower.endsWith("ing") || !isVerb(words, at)) return false;
  // "if the photos show cats"
  if (finiteVerbs.has(word.lower) && before.lower.endsWith("s")) return false;
  return !emptyWords.has(before.lower) || /^(?:it|them|there|one|please)$/.test(before.lower);
}

/** "changes I want to make" asks for nothing; "a text that I want to have translated" does. */
function wishedAt(words: Words, at: number, freeStanding: boolean): boolean {
  if (wishLength(words, at) === 0) return false;
  const subject = /^(?:i|we|i'd|i'm|we'd)$/.test(words[at]?.lower ?? "");
  return freeStanding || !subject || words[at - 1]?.kind !== "word";
}

function startsClause(words: Words, at: number, isVerb: VerbTest): boolean {
  if (startsTelling(words, at) || (forbids.test(words[at]?.lower ?? "") && words[at + 1]?.kind === "word")) return true;
  // ", which shows a dog" only describes; "and which ..." asks.
  const describes = words[at - 1]?.text === "," && /^(?:which|who|whose|whom|where)$/.test(words[at]?.lower ?? "");
  if (startsQuestion(words, at)) return !describes;
  if (words.at(-1)?.text === "?" && startsYesNoQuestion(words, at)) return true;
  return isVerb(words, words[at]?.lower === "to" ? at + 1 : at);
}

/** "by cropping it": how something is to be done; "after cropping it", "before cropping it": when. */
function startsMeans(words: Words, at: number, isVerb: VerbTest): boolean {
  const [before, word, next] = [words[at - 1], words[at], words[at + 1]];
  const besides = /^(?:along with|together with|well as)$/.test(`${before?.lower} ${word?.lower}`);
  return (
    (besides || /^(?:by|after|before|once)$/.test(word?.lower ?? "")) &&
    next?.lower.endsWith("ing") === true &&
    isVerb(words, at + 1)
  );
}

function kindOf(words: Words, asked: boolean, isVerb: VerbTest): ClauseKind {
  const start = skipAdverbs(words, 0);
  const first = words[start]?.lower ?? "";
  if (introduces(words, isVerb) || forbids.test(first)) return "context";
  if (words[0]?.lower === "with" || words[0]?.lower === "as") return isVerb(words, 1) ? "request" : "context";
  if (startsMeans(words, 0, isVerb)) return /^(?:after|once)$/.test(first) ? "recall" : "request";
  if (startsTelling(words, 0)) return "context";
  if (wishLength(words, start) > 0 || wishLength(words) > 0 || conditional.test(first)) return "request";
  if (startsQuestion(words, start) || (asked && startsYesNoQuestion(words, start))) return "question";
  if (startsTelling(words, start)) return "context";
  if (isVerb(words, start)) return "request";
  // "According to the letter, when ...": a phrase, and no question of its own.
  const isPhrase = prepositions.has(first) && words.at(-1)?.text === ",";
  return asked && !isPhrase ? "question" : "context";
}

/** "leave the rest alone", "don't crop it" */
const forbids = /^(?:don't|dont|never|leave|skip|ignore)$/;

/** "Use the attached photo" introduces it; "use it to make a video" goes on to say what for. */
function introduces(words: Words, isVerb: VerbTest): boolean {
  const start = words.findIndex(({ lower }) => /^(?:use|consider|take|look)$/.test(lower));
  const object = start + (words[start]?.lower === "look" && words[start + 1]?.lower === "at" ? 2 : 1);
  if (start < 0 || start > 1 + wishLength(words) || !isDefinite(words[object]?.lower ?? "")) return false;
  return !words.some(({ lower }, at) => at > start && (lower === "to" || lower === "and") && isVerb(words, at + 1));
}

const isDefinite = (word: string): boolean => determiners.has(word) && determiners.get(word) !== "indefinite";

function branchOf(words: Words): Clause["branch"] {
  const first = words[skipAdverbs(words, 0)]?.lower;
  if (first === "otherwise" || first === "else") return "else";
  return first === "if" || first === "unless" ? "if" : undefined;
}

const isIdle = (word: Word | undefined): boolean =>
  word?.kind === "mark" ||
  (word?.kind === "word" && (joiners.has(word.lower) || (adverbs.has(word.lower) && word.lower !== "first")));

/** Takes off marks, joiners and adverbs at both ends, and the words of a wish at the start. */
function trim(words: Words): Words {
  let [from, to] = [0, words.length];
  while (to > from && isIdle(words[to - 1])) to -= 1;
  for (let before = -1; before !== from;) {
    before = from;
    from = skipAdverbs(words.slice(0, to), from);
    from += wishLength(words.slice(0, to), from);
  }
  return words.slice(Math.min(from, to), to);
}
