/** Finds the values that the words themselves give: numbers with a unit, names of classes, languages. */
import { determiners, emptyWords, languages, lightVerbs } from "./lexicon.ts";
import type { Word } from "./read-request.ts";

type Words = readonly Word[];

/** The words as they were written. */
export function textOf(words: Words): string {
  let text = "";
  let end: number | undefined;
  for (const word of words) {
    text += (end === undefined || word.start === end ? "" : " ") + word.text;
    end = word.end;
  }
  return text;
}

const number = String.raw`(-?\d+(?:\.\d+)?)`;
const anglePattern = new RegExp(String.raw`${number}\s*(?:°|degrees?\b|deg\b)`, "i");

/** Degrees clockwise. */
export function angleIn(text: string): number | undefined {
  const found = anglePattern.exec(text)?.[1];
  const spoken = /upside[ -]down|half[ -]turn/i.test(text)
    ? 180
    : /quarter[ -]turn|sideways|\bto the (?:left|right)\b/i.test(text)
      ? 90
      : undefined;
  const angle = found === undefined ? (spoken ?? bareAngle(text)) : Number(found);
  if (angle === undefined) return undefined;
  return /counter-?\s?clockwise|anti-?\s?clockwise|to the left/i.test(text) ? -angle : angle;
}

/** "rotate it by 90", "rotate 90". */
function bareAngle(text: string): number | undefined {
  const found = bareAngles.map((pattern) => pattern.exec(text)?.[1]).find(Boolean);
  return found === undefined ? undefined : Number(found);
}

const otherUnit = String.raw`\b(?!\s*(?:%|percent|px|pixel|x|times))`;
const bareAngles = [String.raw`\bby\s+(-?\d{1,4})`, String.raw`\s(-?\d{2,3})`].map(
  (pattern) => new RegExp(pattern + otherUnit, "i"),
);

const unit = String.raw`\s*(?:px|pixels?|pixel)?`;
const both = new RegExp(String.raw`(\d{1,5})${unit}\s*(?:x|×|by)\s*(\d{1,5})`, "i");
const widthPatterns = [
  new RegExp(String.raw`(\d{1,5})${unit}\s*(?:wide|in width|of width|width)`, "i"),
  new RegExp(String.raw`\b(?:width|wide)(?:\s+(?:of|to|is|be|should be))*\s*:?\s*(\d{1,5})`, "i"),
];
const heightPatterns = [
  new RegExp(String.raw`(\d{1,5})${unit}\s*(?:high|tall|in height|of height|height)`, "i"),
  new RegExp(String.raw`\b(?:height|high|tall)(?:\s+(?:of|to|is|be|should be))*\s*:?\s*(\d{1,5})`, "i"),
];
const bare = new RegExp(String.raw`(\d{1,5})\s*(?:px|pixels?)`, "i");

export interface Size {
  readonly width?: number;
  readonly height?: number;
}

/** Pixels. A number that stands alone ("to 200 px") is the width. */
export function sizeIn(text: string): Size {
  const pair = both.exec(text);
  if (pair) return { width: Number(pair[1]), height: Number(pair[2]) };
  const first = (patterns: readonly RegExp[]): string | undefined =>
    patterns.map((pattern) => pattern.exec(text)?.[1]).find(Boolean);
  const width = first(widthPatterns);
  const height = first(heightPatterns);
  if (width === undefined && height === undefined) {
    const only = bare.exec(text)?.[1];
    return only === undefined ? {} : { width: Number(only) };
  }
  return {
    ...(width === undefined ? {} : { width: Number(width) }),
    ...(height === undefined ? {} : { height: Number(height) }),
  };
}

/** The language that something is to be in: the one after "into", "to" or "in", else the last that is named. */
export function languageIn(words: Words): string | undefined {
  const named = words.filter(({ lower }) => languages.has(lower));
  const led = named.find((word) => /^(?:into|to|in)$/.test(words[words.indexOf(word) - 1]?.lower ?? ""));
  return (led ?? named.at(-1))?.text;
}

/** "sort them into cats and dogs": the classes are joined by "and". */
const sortingVerb = /^(?:sort|classify|categori[sz]e|group|divide|split|file|put)$/;

/** "about sports, politics or cooking": the alternatives of a clause; empty where there are none. */
export function alternativesIn(words: Words): string[] {
  const into = sortingVerb.test(words[0]?.lower ?? "") ? words.findIndex(({ lower }) => lower === "into") : -1;
  const or = words.findLastIndex(({ lower }, at) => lower === "or" || (into >= 0 && at > into && lower === "and"));
  if (or < 0) return [];
  const labels = splitAlternatives(words, or).map((part) => part.map(({ content, text }) => content ?? text).join(" "));
  return labels.length > 1 && labels.every((label) => label !== "") ? labels : [];
}

/**
 * Steps back from "or" over commas as long as each piece is short; the first piece ends where its phrase starts, which
 * in "is the note friendly or angry" only its likeness to the others shows.
 */
function splitAlternatives(words: Words, or: number): Words[] {
  const start = or + 1 + Number(isArticle(words[or + 1]));
  const after = takeWhile(words.slice(start), isLabelWord);
  const parts: Words[] = [after];
  let end = or;
  while (end > 0) {
    if (words[end - 1]?.text === ",") end -= 1;
    const before = words.slice(0, end).toReversed();
    const part = takeWhile(before, isLabelWord).slice(0, 4).toReversed();
    if (part.length === 0) break;
    const follows =
      determiners.has(words[end - part.length - 1]?.lower ?? "") && !isArticle(words[end - part.length - 1]);
    const most = follows ? Math.max(...parts.map(({ length }) => length)) : part.length;
    parts.unshift(part.slice(-most));
    end -= part.length;
    if (isArticle(words[end - 1])) end -= 1;
    if (words[end - 1]?.text !== ",") break;
  }
  return parts;
}

const isArticle = (word: Word | undefined): boolean => /^an?$/.test(word?.lower ?? "");

function isLabelWord({ kind, lower }: Word): boolean {
  if (kind === "quote") return true;
  return (
    kind === "word" &&
    !(emptyWords.has(lower) && lower !== "not") &&
    !lightVerbs.has(lower) &&
    !/^(?:rather|more|sounds?|seems?|looks?|feels?)$/.test(lower)
  );
}

function takeWhile<T>(items: readonly T[], keeps: (item: T) => boolean): T[] {
  const end = items.findIndex((item) => !keeps(item));
  return items.slice(0, end < 0 ? items.length : end);
}
