/** Words and their stems. */

/** Forms that no rule of endings brings together: a stem, then the words that share it. */
const families = [
  "person people persons peoples",
  "man men",
  "woman women",
  "child children kid kids",
  "say said says saying",
  "speak spoken spoke speaking speaks",
  "write wrote writing writes",
  "draw drawn drew drawing drawings draws",
  "find found finds finding",
  "hear heard hears hearing",
  "show shown shows showing showed",
  "analys analysis analyses analyse analyze analyzed analyzing analysing analysed analyzes analyzer",
  "compar compare compared compares comparing comparison comparisons",
  "convers conversation conversations conversational converse conversing",
  "convert conversion conversions converted converting converts",
  "similar similarity similarities similarly",
  "image images imagery photo photos photograph photographs picture pictures pic pics",
  "modif modification modifications",
];

const irregular: ReadonlyMap<string, string> = new Map(
  families.flatMap((family) => {
    const [root = "", ...forms] = family.split(" ");
    return [root, ...forms].map((form) => [form, root] as const);
  }),
);

/** Endings of English derivation and inflection, longest first. */
const endings = `ifications izational ification izations isations ization isation ational ations itions ifiers ifying
  ation ition ional ities ments ating izing ising ators izers ifier ified ifies ator izer iser ized ised izes ises ions
  ated ates ment ings ion ity ify ize ise ate ing ers ied ies ive er ed es ly y e s`.split(/\s+/);

/** What an ending must leave, so that "sing" keeps its "ing". */
const leastStem = (ending: string): number => (["s", "e", "ing", "ed", "ies", "es"].includes(ending) ? 3 : 4);

/**
 * Brings the forms of a word together: "classify", "classified" and "classification" give one stem. Strips endings
 * until none is left, after J. B. Lovins, "Development of a stemming algorithm", 1968, with fewer endings; stems are
 * only compared with each other.
 */
export function stem(word: string): string {
  const lower = word.toLowerCase();
  const known = irregular.get(lower);
  if (known !== undefined) return known;
  let rest = lower.replace(/['’]s?$/, "").replace(/our(?=s?$|ful|ed$|ing$|iz|is)/, "or");
  for (let before = ""; before !== rest;) {
    before = rest;
    const ending = endings.find((one) => rest.endsWith(one) && rest.length - one.length >= leastStem(one));
    if (ending !== undefined && !(ending === "s" && rest.endsWith("ss"))) rest = rest.slice(0, -ending.length);
  }
  return rest
    .replace(/scri(?:b|pt)$/, "scrib")
    .replace(/duct$/, "duc")
    .replace(/([b-df-hj-np-tv-z])\1$/, "$1");
}

/** Splits an identifier or plain text into lower-case words: "get_weather", "Text-to-Speech", "imageCrop". */
export function splitWords(text: string): string[] {
  return (
    text
      .replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+(?:['’]\p{L}+)?/gu) ?? []
  );
}

/** The dictionary form of a noun: "faces" gives "face", "people" gives "person". */
export function singular(noun: string): string {
  const lower = noun.toLowerCase();
  const known = irregular.get(lower);
  if (known !== undefined && /^(?:person|man|woman|child)$/.test(known)) return known;
  if (/(?:ss|us|is)$/.test(lower)) return lower;
  if (/[^aeiou]ies$/.test(lower)) return `${lower.slice(0, -3)}y`;
  if (/(?:[sxz]|ch|sh)es$/.test(lower) && !/(?:ses|zes)$/.test(lower)) return lower.slice(0, -2);
  return lower.endsWith("s") && lower.length > 3 ? lower.slice(0, -1) : lower;
}
