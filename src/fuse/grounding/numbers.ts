/** The numbers that a text states, read in every way in which they may be meant. Pure. */

/** `decimals`: digits after the point, as written: how exactly it is stated. */
export interface Reading {
  readonly value: number;
  readonly decimals: number;
}

export interface NumberClaim {
  /** As it stands in the text. */
  readonly text: string;
  /** Any of them may be meant; one is several numbers where the signs between may be mere separators. */
  readonly readings: readonly (readonly Reading[])[];
  readonly percent: boolean;
  readonly negative: boolean;
}

/** What is no word of another kind in the languages where it is a number: "six" is, "due" and "sei" are not. */
const words: Readonly<Record<number, string>> = {
  2: "two zwei deux два",
  3: "three drei trois tres três три",
  4: "four vier quatre cuatro quatro quattro",
  5: "five fünf cinq cinco cinque vijf пять",
  6: "six sechs seis zes шесть",
  7: "seven sieben sept siete sette zeven семь",
  8: "eight huit ocho oito восемь",
  9: "nine neun nueve девять",
  10: "ten zehn diez dez десять",
  11: "eleven undici elf onze",
  12: "twelve zwölf doce dodici twaalf двенадцать",
};
const valueOfWord = new Map(
  Object.entries(words).flatMap(([value, spelled]) => spelled.split(" ").map((word) => [word, Number(value)] as const)),
);

/** Ordinals up to here count places in a list, not things. */
const HIGHEST_ORDINAL = 12;

// Spaces and apostrophes part thousands only; a point or comma may be anything.
const numeral =
  /\d{1,3}(?:[ \u00a0\u202f\u2009'’]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*(?:[eE][+-]?\d+(?![\p{L}\d]))?/gu;
const spelled = new RegExp(
  String.raw`(?<![\p{L}\p{N}-])(?:${[...valueOfWord.keys()].join("|")})(?![\p{L}\p{N}-])`,
  "giu",
);
const percentSign = /^[\s\u00a0]?(?:[%٪％]|per ?cent|prozent|pour ?cent|por ?ciento|por ?cento|per ?cento|procent)/iu;
const ordinalSign = /^(?:st|nd|rd|th|er|ère|e|ème|[ºª])(?![\p{L}\p{N}])/u;
const minusSign = /(?:^|[^\p{L}\p{N}])[-−]$/u;

/** Numerals and number words up to twelve; "one" is too often no number. Small ordinals are left out. */
export function numbersIn(text: string): NumberClaim[] {
  const plain = toAsciiDigits(text);
  const claims: NumberClaim[] = [];
  for (const found of plain.matchAll(numeral)) {
    const after = plain.slice(found.index + found[0].length, found.index + found[0].length + 16);
    const readings = readNumeral(found[0]);
    const [first] = readings[0] ?? [];
    const ordinal = ordinalSign.test(after) && first !== undefined && first.value <= HIGHEST_ORDINAL;
    if (ordinal && Number.isInteger(first.value)) continue;
    const negative = minusSign.test(plain.slice(Math.max(0, found.index - 2), found.index));
    claims.push({ text: found[0], readings, percent: percentSign.test(after), negative });
  }
  for (const found of plain.matchAll(spelled)) {
    const value = valueOfWord.get(found[0].toLowerCase());
    const after = plain.slice(found.index + found[0].length, found.index + found[0].length + 16);
    if (value === undefined) continue;
    const readings = [[{ value, decimals: 0 }]];
    claims.push({ text: found[0], readings, percent: percentSign.test(after), negative: false });
  }
  return claims;
}

/** "1.234" is 1.234 or, as a German writes it, 1234; "10,20" is 10.2, or 10 and 20. */
function readNumeral(written: string): Reading[][] {
  const [mantissa = "", exponent = "0"] = written.split(/[eE]/);
  const pieces = mantissa.split(/[ \u00a0\u202f\u2009'’]/);
  if (pieces.length > 1) return [[decimal(pieces.join(""))], pieces.map((piece) => decimal(piece))];
  const groups = mantissa.split(/[.,]/);
  const signs = mantissa.replaceAll(/\d/g, "");
  const [head = "", ...rest] = groups;
  if (rest.length === 0) return [[decimal(head, exponent)]];

  const last = rest.at(-1) ?? "";
  const readings: Reading[][] = [];
  const oneKind = new Set(signs).size === 1;
  const thousands = (parts: readonly string[]) => head.length <= 3 && parts.every((part) => part.length === 3);
  if (rest.length === 1) readings.push([decimal(`${head}.${last}`, exponent)]);
  else if (!oneKind && thousands(rest.slice(0, -1)))
    readings.push([decimal(`${head}${rest.slice(0, -1).join("")}.${last}`)]);
  if (oneKind && thousands(rest) && head !== "0") readings.push([decimal(groups.join(""))]);
  if (rest.length > 1 || signs === ",") readings.push(groups.map((group) => decimal(group)));
  return readings;
}

function decimal(text: string, exponent = "0"): Reading {
  const written = text.replace(",", ".");
  const fraction = written.split(".")[1] ?? "";
  return { value: Number(`${written}e${exponent}`), decimals: Math.max(0, fraction.length - Number(exponent)) };
}

/** Where each script's digits begin; full-width and mathematical ones are mapped by Unicode itself. */
const zeros = [
  0x06_60, 0x06_f0, 0x07_c0, 0x09_66, 0x09_e6, 0x0a_66, 0x0a_e6, 0x0b_66, 0x0b_e6, 0x0c_66, 0x0c_e6, 0x0d_66,
];
const moreZeros = [0x0e_50, 0x0e_d0, 0x0f_20, 0x10_40, 0x17_e0, 0x18_10];

export function toAsciiDigits(text: string): string {
  return text.replaceAll(/[^\P{Nd}0-9]/gu, (digit) => {
    const plain = digit.normalize("NFKC");
    if (/^\d$/.test(plain)) return plain;
    const code = digit.codePointAt(0) ?? 0;
    const zero = [...zeros, ...moreZeros].find((start) => code >= start && code < start + 10);
    return zero === undefined ? digit : String(code - zero);
  });
}
