/** Reads a prompt as the most careless language model would, and as the tokenizers before it do. */

export type Token =
  /** What nothing quotes. */
  | { readonly type: "open"; readonly text: string }
  /** A string of JSON that is whole and stands on one line; `value` is what it means. */
  | { readonly type: "quoted"; readonly value: string };

export type Line = readonly Token[];

const quoted = /"(?:[^"\\\p{Cc}\u2028\u2029]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;

/** A quotation that is opened and not closed on its line quotes nothing: what follows on that line lies open. */
export function linesOf(text: string): Line[] {
  return text.split(/[\n\r\u2028\u2029]/u).map(tokensOf);
}

function tokensOf(line: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < line.length) {
    const next = line.indexOf('"', at);
    const end = next === -1 ? line.length : next;
    if (end > at) tokens.push({ type: "open", text: line.slice(at, end) });
    if (next === -1) break;
    quoted.lastIndex = next;
    const found = quoted.exec(line);
    if (!found) return [...tokens, { type: "open", text: line.slice(next) }];
    tokens.push({ type: "quoted", value: String(JSON.parse(found[0])) });
    at = quoted.lastIndex;
  }
  return tokens;
}

/** What lies open of a line, with `""` for every quoted string. */
export function openText(line: Line): string {
  return line.map((token) => (token.type === "open" ? token.text : '""')).join("");
}

/**
 * The same text as different machines take it: as it is; with compatible characters made one, as many tokenizers do (a
 * fullwidth quotation mark becomes `"`), and without what nobody sees; and with what runs from right to left turned round.
 */
export function readingsOf(text: string): string[] {
  const plain = text
    .normalize("NFKC")
    // Tag characters are letters that nobody sees.
    .replaceAll(/[\u{E0020}-\u{E007E}]/gu, (tag) => String.fromCodePoint((tag.codePointAt(0) ?? 0) - 0xe0000));
  const turned = plain.replaceAll(/\u202E([^\u202C\n]*)\u202C?/gu, (_, inside: string) =>
    Array.from(inside).toReversed().join(""),
  );
  return [...new Set([text, withoutUnseen(plain), withoutUnseen(turned)])];
}

function withoutUnseen(text: string): string {
  return text.replaceAll(/\p{Cf}/gu, "");
}

/** What somebody hid in a text as base64. */
export function deciphered(text: string): string[] {
  const found = text.match(/[A-Za-z0-9+/]{24,}={0,2}/gu) ?? [];
  return found.map((one) => Buffer.from(one, "base64").toString("utf8")).filter((one) => /^[\x20-\x7e\s]+$/u.test(one));
}
