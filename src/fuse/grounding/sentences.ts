/** Cuts an answer into lines and sentences, citation markers with the sentence that they stand behind. Pure. */

export interface Sentence {
  /** UTF-16 offsets into the text; the blanks around are left out. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Line {
  readonly start: number;
  readonly end: number;
  /** Indent, bullet, or number of a list that counts from 1. */
  readonly prefix: string;
  readonly sentences: readonly Sentence[];
}

/** What may be a citation: `[t2]`. */
export const marker = /\[([\p{L}\p{N}][\p{L}\p{N}_.-]{0,60})\]/gu;
const markers = String.raw`(?:\s*\[[\p{L}\p{N}][\p{L}\p{N}_.-]{0,60}\])*`;
const boundary = new RegExp(
  String.raw`[.!?…]+["'”’»)*_]*(${markers}(?:(?<=\])[.!?…]+)?)(?=\s|$)|[。！？]+["”’」』)]*(${markers})`,
  "gu",
);
const prefixOf = /^\s*(?:[-*•–—>]\s+|#{1,6}\s+|(\d{1,3})[.)]\s+)?/u;
/** A point behind these, one letter, or a number of one or two digits ("2. Bild") ends no sentence. */
const unfinished =
  /(?:^|[^\p{L}\p{N}])(?:\p{L}|\d{1,2}|dr|mr|mrs|ms|st|prof|no|nr|approx|ca|vs|fig|vol|pp|bzw|usw|etc|e\.g|i\.e|z\.b|d\.h)$/iu;

export function splitLines(text: string): Line[] {
  let counted = 0;
  return [...text.matchAll(/[^\r\n\u2028\u2029]+/gu)].map((found) => {
    const [matched = "", number] = prefixOf.exec(found[0]) ?? [];
    const counts = number !== undefined && (Number(number) === counted + 1 || Number(number) === 1);
    if (counts) counted = Number(number);
    const prefix = number === undefined || counts ? matched : "";
    return {
      start: found.index,
      end: found.index + found[0].length,
      prefix,
      sentences: sentencesOf(found[0], prefix.length, found.index),
    };
  });
}

function sentencesOf(line: string, from: number, offset: number): Sentence[] {
  const sentences: Sentence[] = [];
  let start = from;
  const close = (end: number) => {
    const raw = line.slice(start, end);
    const text = raw.trim();
    const at = offset + start + (raw.length - raw.trimStart().length);
    if (text !== "") sentences.push({ start: at, end: at + text.length, text });
    start = end;
  };
  for (const found of line.matchAll(boundary)) {
    const end = found.index + found[0].length;
    if (end <= from) continue;
    const isCited = `${found[1] ?? ""}${found[2] ?? ""}` !== "";
    const goesOn = /^\s+\p{Ll}/u.test(line.slice(end, end + 8));
    const before = line.slice(Math.max(from, found.index - 8), found.index);
    const isPoint = !isCited && /^[.…]+$/u.test(found[0]);
    if (isPoint && (goesOn || (found[0] === "." && unfinished.test(before)))) continue;
    close(end);
  }
  close(line.length);
  return sentences;
}

/** For comparing sentences: blanks are one, case is nothing. */
export function normalise(text: string): string {
  return text.replaceAll(/\s+/gu, " ").trim().toLowerCase();
}
