/** English nouns in the singular and the plural, as far as names of things in pictures need it. */

const irregular: Readonly<Record<string, string>> = {
  person: "people",
  man: "men",
  woman: "women",
  child: "children",
  mouse: "mice",
  knife: "knives",
  sheep: "sheep",
  broccoli: "broccoli",
  skis: "pairs of skis",
  scissors: "pairs of scissors",
};
const singulars = new Map(Object.entries(irregular).map(([one, many]) => [many, one]));

/** "cup" -> "cups"; of a phrase the last word: "wine glass" -> "wine glasses". */
export function plural(noun: string): string {
  const known = irregular[noun];
  if (known !== undefined) return known;
  if (/(?:s|x|z|ch|sh)$/.test(noun)) return `${noun}es`;
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return `${noun}s`;
}

/** Every singular that a word may be a form of, the word itself first: "buses" -> buses, buse, bus. */
export function singularCandidates(word: string): string[] {
  const candidates = [word];
  const known = singulars.get(word);
  if (known !== undefined) candidates.push(known);
  // "policemen", "businesswomen"
  if (word.endsWith("men")) candidates.push(`${word.slice(0, -3)}man`);
  if (word.endsWith("ies")) candidates.push(`${word.slice(0, -3)}y`);
  if (word.endsWith("s")) candidates.push(word.slice(0, -1));
  if (word.endsWith("es")) candidates.push(word.slice(0, -2));
  return candidates;
}

/** "a cup", "an apple", "skis". */
export function withArticle(noun: string): string {
  if (noun in irregular && /^(?:skis|scissors|broccoli)$/.test(noun)) return noun;
  return `${/^[aeio]|^u(?!ni)/.test(noun) ? "an" : "a"} ${noun}`;
}

const numberWords = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

export function numberWord(count: number): string {
  return numberWords[count] ?? String(count);
}

/** "a", "a and b", "a, b and c". */
export function joinWords(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
