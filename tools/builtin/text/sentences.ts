/** Splitting a text into sentences. */

/** A piece of a text: `text` is exactly what stands between the UTF-16 offsets `start` and `end`. */
export interface Span {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Lines at least this long are taken for wrapped prose; shorter ones for headings, verses or list items. */
const WRAPPED_LINE = 40;

/** Unicode's sentence rules break after any full stop before a capital; these do not end a sentence. */
const ABBREVIATION =
  /(?:^|[\s("'“‘])(?:(?:\p{Lu}\.)*\p{Lu}|Mr|Mrs|Ms|Dr|Prof|St|Mt|Rev|Hon|Gen|Col|Capt|Lt|Sgt|Sen|Rep|Gov|Pres|Jr|Sr|vs|No|Nos|Fig|Vol|approx|e\.g|i\.e|cf|al|ca|Inc|Ltd|Co|Corp|Dept|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.[ \t]*$/u;

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/** The sentences of a text in order, trimmed, with their offsets; blank ones are left out. Line wraps don't split. */
export function sentenceSpans(text: string): Span[] {
  const spans: Span[] = [];
  let start: number | undefined;
  // Same length as the text, so that offsets hold.
  for (const { segment, index } of segmenter.segment(unwrap(text))) {
    start ??= index;
    const end = index + segment.length;
    if (end < text.length && (ABBREVIATION.test(segment) || saysOn(segment, text.slice(end, end + 1)))) continue;
    const span = trimmed(text, start, end);
    if (span.text !== "") spans.push(span);
    start = undefined;
  }
  if (start !== undefined) {
    const rest = trimmed(text, start, text.length);
    if (rest.text !== "") spans.push(rest);
  }
  return spans;
}

/** The sentences of a text with every run of white space made one space. */
export function splitSentences(text: string): string[] {
  return sentenceSpans(text).map((span) => span.text.replace(/\s+/g, " "));
}

/** `"Really?" she asked.` is one sentence. */
function saysOn(segment: string, next: string): boolean {
  return /["'”’»][ \t]*$/.test(segment) && /\p{Ll}/u.test(next);
}

/** Replaces by a space each line break that only wraps a sentence: after a long line, or before a lower-case word. */
function unwrap(text: string): string {
  let lineStart = 0;
  return text.replace(/\r\n|\r|\n/g, (lineBreak, offset: number) => {
    const line = text.slice(lineStart, offset).trim();
    const next = text.slice(offset + lineBreak.length, offset + lineBreak.length + 8);
    lineStart = offset + lineBreak.length;
    const paragraphEnds = line === "" || /^\s*(?:[\r\n]|$)/.test(next);
    const itemStarts = /^\s*(?:[-*•–]|\d{1,3}[.)])\s/.test(next);
    if (paragraphEnds || itemStarts) return lineBreak;
    const wraps = line.length >= WRAPPED_LINE || /^\s*\p{Ll}/u.test(next);
    return wraps ? " ".repeat(lineBreak.length) : lineBreak;
  });
}

function trimmed(text: string, start: number, end: number): Span {
  const raw = text.slice(start, end);
  const lead = raw.length - raw.trimStart().length;
  const kept = raw.trim();
  return { text: kept, start: start + lead, end: start + lead + kept.length };
}
