/** Reads a request as words, with quoted passages, file names and marks of punctuation told apart. */
import type { RequestAsset } from "../../ports/planner.ts";
import { typeOfEnding } from "./lexicon.ts";
import { spellOut } from "./shorthand.ts";
import { stem } from "./words.ts";

export interface Word {
  readonly kind: "word" | "number" | "quote" | "file" | "mark";
  readonly text: string;
  readonly lower: string;
  /** Empty unless the kind is "word". */
  readonly stem: string;
  readonly start: number;
  readonly end: number;
  /** What stands between the quotation marks. */
  readonly content?: string;
  /** The file that is named; undefined where the request has no such file. */
  readonly asset?: RequestAsset | undefined;
}

/** Longer requests are read up to here: what people ask for stands at the start or is quoted. */
const MOST_CHARACTERS = 40_000;

const fileName = String.raw`[\p{L}\p{N}_][\p{L}\p{N}_-]*\.(?:${[...typeOfEnding.keys()].join("|")})(?![\p{L}\p{N}])`;

/** Names of files that a text speaks of, in order, each once. */
export function fileNames(text: string): string[] {
  return [...new Set([...text.slice(0, MOST_CHARACTERS).matchAll(new RegExp(fileName, "giu"))].map(([name]) => name))];
}

const closersOf: ReadonlyMap<string, string> = new Map([
  ["'", "'’"],
  ["‘", "’'"],
  ['"', '"”'],
  ["“", '”"“'],
  ["„", '“”"'],
  ["«", "»"],
  ["`", "`"],
]);

const space = /\s/;
const letter = /[\p{L}\p{N}]/u;

/**
 * Where the quotation that opens at `open` closes; undefined where it doesn't, as with an apostrophe. A single quote
 * closes only before a non-letter, and a plural's apostrophe inside ("the students' books") gives way to a later one.
 */
function closingQuote(text: string, open: number, closers: string): number | undefined {
  const single = closers.includes("’");
  const before = text[open - 1] ?? " ";
  if (single && letter.test(before)) return undefined;
  if (space.test(text[open + 1] ?? " ")) return undefined;
  let found: number | undefined;
  for (let at = open + 1; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (!closers.includes(character)) continue;
    const [left, right] = [text[at - 1] ?? " ", text[at + 1] ?? " "];
    if (!single) return at;
    if (letter.test(right)) {
      // Inside a word ("it's") or, after a space, the start of the next quotation.
      if (found !== undefined && !letter.test(left)) break;
      continue;
    }
    if (found !== undefined && space.test(left)) break;
    found = at;
    if (!/s/i.test(left)) break;
  }
  return found;
}

type Piece = Pick<Word, "kind" | "end"> & Partial<Word>;

interface Name {
  readonly lower: string;
  readonly asset: RequestAsset;
}

/** The asset whose name or handle stands at `at`, the longest name first. */
function nameAt(lower: string, at: number, names: readonly Name[]): Name | undefined {
  if (letter.test(lower[at - 1] ?? " ")) return undefined;
  return names.find((name) => lower.startsWith(name.lower, at) && !letter.test(lower[at + name.lower.length] ?? " "));
}

const address = /(?:https?|ftp):\/\/[^\s'"<>]+[^\s'"<>.,;:!?)\]]/iuy;
const fileHere = new RegExp(fileName, "iuy");
const onlyFile = new RegExp(`^${fileName}$`, "iu");

const matchers: readonly (readonly [Word["kind"], RegExp])[] = [
  ["mark", /(?<=^|\s)(?:\(?\d{1,2}[.)]|\([a-z]\)|[-*•–])(?=\s)/uy],
  ["number", /\d+(?:[.,]\d+)?(?=[^\p{L}\p{N}]|$|px|x\d|°)/uy],
  ["word", /[\p{L}\p{N}][\p{L}\p{M}\p{N}]{0,60}(?:['’]\p{L}{1,3}(?!\p{L}))?/uy],
  ["mark", /\.{3}|…|\n\s*\n|[\n.,;:?!()[\]{}°%]/uy],
];

/** Splits a request into words. Linear in its length but for quotation marks that never close. */
export function readRequest(fullText: string, assets: readonly RequestAsset[]): Word[] {
  const text = fullText.slice(0, MOST_CHARACTERS);
  const lower = text.toLowerCase();
  const names = assets
    .flatMap((asset) => [asset.name, asset.handle].map((name) => ({ lower: (name ?? "").toLowerCase(), asset })))
    .filter((name) => name.lower.length > 1)
    .toSorted((a, b) => b.lower.length - a.lower.length);
  const unclosed = new Set<string>();

  const pieceAt = (at: number): Piece | undefined => {
    const character = text[at] ?? "";
    const closers = closersOf.get(character);
    if (closers !== undefined && !unclosed.has(character)) {
      const close = closingQuote(text, at, closers);
      if (close !== undefined) return quotation(text.slice(at + 1, close), close + 1, names);
      if (!letter.test(text[at - 1] ?? " ")) unclosed.add(character);
    }
    const name = nameAt(lower, at, names);
    if (name) return { kind: "file", end: at + name.lower.length, asset: name.asset };
    const url = matchAt(address, text, at);
    if (url !== undefined) return { kind: "quote", end: at + url.length, content: url };
    const file = letter.test(text[at - 1] ?? " ") ? undefined : matchAt(fileHere, text, at);
    if (file !== undefined) return { kind: "file", end: at + file.length };
    for (const [kind, pattern] of matchers) {
      const found = matchAt(pattern, text, at);
      if (found !== undefined) return { kind, end: at + found.length };
    }
    return undefined;
  };

  const read: Word[] = [];
  for (let at = 0; at < text.length;) {
    const piece = pieceAt(at);
    if (piece) {
      const shown = text.slice(at, piece.end);
      const shownLower = spellOut(shown.toLowerCase().replaceAll("’", "'"));
      read.push({
        text: shown,
        lower: shownLower,
        stem: piece.kind === "word" ? stem(shownLower) : "",
        start: at,
        ...piece,
      });
    }
    at = piece?.end ?? at + 1;
  }
  return read;
}

/** What a sticky pattern matches at one place. */
function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** A quotation; one that only names a file is that file. */
function quotation(content: string, end: number, names: readonly Name[]): Piece {
  const inner = content.trim().toLowerCase();
  const name = names.find((one) => one.lower === inner);
  if (name) return { kind: "file", end, asset: name.asset };
  if (onlyFile.test(inner)) return { kind: "file", end };
  return { kind: "quote", end, content: content.trim() };
}
