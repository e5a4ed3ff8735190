/** Finds texts that are given without quotation marks, so that nothing inside them is taken for a wish. */
import { courtesyLength } from "./courtesy.ts";
import type { VerbTest } from "./grammar.ts";
import { skipAdverbs, startsTelling, wishLength } from "./grammar.ts";
import { typeOfNoun } from "./lexicon.ts";
import type { Word } from "./read-request.ts";

type Words = readonly Word[];

/** Nouns for something in words that a colon may announce, besides those that are always text. */
const announced =
  /^(?:is|this|it|note|letter|email|mail|content|document|post|paper|review|speech|lyrics|code|word)s?$/;

/** Fewer words than this, in a paragraph of their own, are no passage. */
const LEAST_PASSAGE = 8;

/**
 * Makes one quotation of what follows a colon ("Summarize this article: Lorem ipsum ..."), and of a paragraph that
 * asks for nothing where another one does.
 */
export function foldPassages(words: Words, text: string, isVerb: VerbTest): Word[] {
  const asksAt = (at: number): boolean => {
    const start = skipAdverbs(words, at + courtesyLength(words, at, true));
    return wishLength(words, start) > 0 || isVerb(words, start);
  };
  const sentenceStarts = words.flatMap((_, at) => (at === 0 || endsSentence(words[at - 1]) ? [at] : []));
  const folded: Word[] = [];
  for (let at = 0; at < words.length;) {
    const word = words[at];
    if (!word) break;
    const end = passageEnd(at);
    if (end === undefined) {
      folded.push(word);
      at += 1;
    } else {
      if (word.text === ":") folded.push(word);
      const start = word.text === ":" ? at + 1 : at;
      const content = text.slice(words[start]?.start ?? 0, words[end - 1]?.end ?? 0);
      folded.push({
        kind: "quote",
        text: content,
        lower: "",
        stem: "",
        content,
        start: word.start,
        end: words[end - 1]?.end ?? 0,
      });
      at = end;
    }
  }
  return folded;

  /** Where the passage that starts at this word ends (exclusive); undefined where none starts. */
  function passageEnd(at: number): number | undefined {
    const [word, next] = [words[at], words[at + 1]];
    if (word?.text === ":" && next?.kind === "word") return afterColon(at);
    if (at > 0 && !/\n\s*\n/.test(words[at - 1]?.text ?? "")) return undefined;
    const end = paragraphEnd(at);
    if (end === words.length && at === 0) return undefined;
    const paragraph = words.slice(at, end);
    const plain =
      paragraph.every(({ kind }) => kind !== "file" && kind !== "quote") && paragraph.length >= LEAST_PASSAGE;
    const asks = sentenceStarts.some((start) => start >= at && start < end && asksAt(start));
    return plain && !asks && !tellsOfSender(at) && !paragraph.some(({ text: mark }) => mark === "?") ? end : undefined;
  }

  function tellsOfSender(at: number): boolean {
    return startsTelling(words, at) && /^(?:i|we|i've|i'm|here|attached|my)$/.test(words[at]?.lower ?? "");
  }

  function afterColon(colon: number): number | undefined {
    const before = words.slice(Math.max(0, colon - 5), colon).toReversed();
    const noun = before.find(
      ({ kind, lower }) => kind === "word" && (typeOfNoun.get(lower) === "text" || announced.test(lower)),
    );
    // "which is it: good, bad or neither?" goes on to ask.
    const end = sentenceEnd(colon + 1);
    const rest = words.slice(colon + 1, end);
    if (rest.at(-1)?.text === "?" && rest.some(({ lower }) => lower === "or")) return undefined;
    // "do this: ..." announces what is to be done.
    if (!noun || before.some(({ lower }) => lower === "do" || lower === "perform")) return undefined;
    if (noun.stem === "quest") return noun.lower === "question" ? sentenceEnd(colon + 1) : undefined;
    const sentence = sentenceStarts.findLast((start) => start <= colon) ?? 0;
    const asked = sentenceStarts.some((start) => start <= sentence && asksAt(start));
    if (asked) return words.length;
    return sentenceStarts.find((start) => start > colon + 1 && asksAt(start)) ?? words.length;
  }

  function paragraphEnd(at: number): number {
    const end = words.findIndex((word, index) => index > at && /\n\s*\n/.test(word.text));
    return end < 0 ? words.length : end;
  }

  function sentenceEnd(at: number): number {
    const end = words.findIndex((word, index) => index >= at && endsSentence(word));
    return end < 0 ? words.length : end + 1;
  }
}

export function endsSentence(word: Word | undefined): boolean {
  return word?.kind === "mark" && (/^(?:[.?!;…]|\.{3})$/.test(word.text) || word.text.includes("\n"));
}
