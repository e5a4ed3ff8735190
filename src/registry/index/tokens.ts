/** Words as they are counted: small letters, one form of singular and plural, without those that every text has. */

const words = /[\p{L}\p{M}\p{N}]+/gu;
/** Scripts that put no spaces between words: pairs of letters stand for them. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

const stopWords: ReadonlySet<string> = new Set(
  (
    "a about an and any are as at be been but by can do does for from had has have he her his how i if in into is it its " +
    "me more my no not of on one or our out she should so some such than that the their them then there these they this " +
    "to up us was we were what when where which who will with would you your please"
  ).split(" "),
);

const LONGEST = 40;

export function tokensOf(text: string): string[] {
  const found = text.normalize("NFKC").toLowerCase().match(words) ?? [];
  return found.flatMap((word) => {
    if (unspaced.test(word)) return pairsOf(word);
    if (word.length > LONGEST || stopWords.has(word)) return [];
    return [singular(word)];
  });
}

function pairsOf(word: string): string[] {
  const letters = Array.from(word);
  if (letters.length < 2) return letters;
  return letters.slice(1).map((letter, at) => `${letters[at] ?? ""}${letter}`);
}

/** The S-stemmer (Harman, "How effective is suffixing?", 1991). */
function singular(word: string): string {
  if (word.length < 4 || !word.endsWith("s")) return word;
  if (word.endsWith("ies") && !/[ae]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (word.endsWith("es") && !/[aeo]es$/.test(word)) return word.slice(0, -1);
  return /[us]s$/.test(word) ? word : word.slice(0, -1);
}
