/** What people shorten when they type. */
const shorthand: ReadonlyMap<string, string> = new Map(
  Object.entries({
    please: "pls plz plse pleas",
    you: "u",
    your: "ur",
    are: "r",
    "what's": "whats wats",
    "who's": "whos",
    "where's": "wheres",
    "how's": "hows",
    thanks: "thx thnx tnx",
    because: "cuz",
    about: "abt",
    want: "wanna",
    photo: "foto",
    photos: "fotos",
  }).flatMap(([word, forms]) => forms.split(" ").map((form) => [form, word] as const)),
);

/** The full form of what people shorten when they type; the word itself where nothing is known of it. */
export const spellOut = (lower: string): string => shorthand.get(lower) ?? lower;
