/** What a text states that can be looked up: addresses, paths, file names, codes and numbers. Pure, linear in the text. */
import { numbersIn, toAsciiDigits, type NumberClaim } from "./numbers.ts";

export type TokenKind = "url" | "path" | "file" | "code";

export interface TokenClaim {
  readonly kind: TokenKind;
  /** As it stands in the text. */
  readonly text: string;
  /** The same for every way of writing it. */
  readonly key: string;
}

export interface Claims {
  readonly tokens: readonly TokenClaim[];
  readonly numbers: readonly NumberClaim[];
}

// Lengths are bounded, and every pattern begins at the edge of a word, so that hostile texts can't make them slow.
const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  [
    "url",
    /\b[a-z][a-z0-9+.-]{0,40}:\/{1,3}[^\s"“”<>`]+|\b(?:mailto|data|tel|javascript):[^\s"“”<>`]+|\bwww\.[^\s"“”<>`]+/giu,
  ],
  ["path", /(?<![\p{L}\p{N}:/.~_-])(?:~|\.{1,2})?\/[\p{L}\p{N}_.-][\p{L}\p{N}_./-]*|\b[a-z]:\\[^\s"“”<>`]+/giu],
  [
    "file",
    /(?<![\p{L}\p{N}_./-])[\p{L}\p{N}_][\p{L}\p{N}_/-]{0,200}(?:\.[\p{L}\p{N}_-]{1,80}){0,5}?\.(?:[a-z][a-z0-9]{1,4}|[A-Z][A-Z0-9]{1,4})(?![\p{L}\p{N}_])(?:\/[^\s"“”<>`]*)?/gu,
  ],
];
const word = /[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*(?:-[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*)*/gu;
/** Of scripts that put blanks between words. */
const letter = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}_]/u;
const scientific = /^\d+[eE][+-]?\d+$/;
const closing = new Set(".,;:!?'’”»\")]}>*_…。，！？");

export function claimsIn(text: string): Claims {
  const tokens: TokenClaim[] = [];
  let rest = text;
  for (const [kind, pattern] of patterns) {
    rest = rest.replaceAll(pattern, (found) => {
      const token = withoutClosing(found);
      tokens.push({ kind, text: token, key: keyOf(token) });
      return ` ${found.slice(token.length)} `;
    });
  }
  rest = rest.replaceAll(word, (found) => {
    if (!isCode(found)) return found;
    tokens.push({ kind: "code", text: found, key: keyOf(found) });
    return " ";
  });
  return { tokens, numbers: numbersIn(rest) };
}

/** A letter before a digit: `NW8`, `mp3`, `3f9a`; not `5km` nor `1e-7`. */
function isCode(found: string): boolean {
  const first = found.search(letter);
  return first !== -1 && /\p{Nd}/u.test(found.slice(first)) && !scientific.test(found);
}

export function keyOf(token: string): string {
  return toAsciiDigits(token).toLowerCase();
}

function withoutClosing(found: string): string {
  let end = found.length;
  while (end > 1 && closing.has(found.charAt(end - 1))) end -= 1;
  return found.slice(0, end);
}
