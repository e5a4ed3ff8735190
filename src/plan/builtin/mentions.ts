/** Finds what a clause speaks of: files, quotations, pronouns and noun phrases. */
import {
  adverbs,
  determiners,
  emptyWords,
  finiteVerbs,
  joiners,
  lightVerbs,
  type MediaType,
  numberOf,
  ordinalOf,
  particles,
  pluralMarks,
  pluralPronouns,
  prepositions,
  relatives,
  singularPronouns,
  targetPrepositions,
  typeOfNoun,
} from "./lexicon.ts";
import type { Word } from "./read-request.ts";

type Words = readonly Word[];

export interface Mention {
  readonly kind: "file" | "quote" | "pronoun" | "phrase";
  /** First word, and the one after the last, within the clause. */
  readonly from: number;
  readonly to: number;
  /** The type that its head noun names. */
  readonly type?: MediaType | undefined;
  /** Stem of the head noun; empty for pronouns. */
  readonly head: string;
  /** Stems of the words before the head: "the *translated* text". */
  readonly modifiers: readonly string[];
  readonly determiner: "definite" | "indefinite" | "demonstrative" | "possessive" | "none";
  readonly plural: boolean;
  /** "its colour", "their labels": whose. */
  readonly owner?: "singular" | "plural" | undefined;
  /** "second" is 1, "last" is -1. */
  readonly ordinal?: number | undefined;
  /** "the two photos". */
  readonly count?: number | undefined;
  /** "the other one": not what was spoken of last. */
  readonly other?: boolean | undefined;
  /** "which photo". */
  readonly asked?: boolean | undefined;
  /** "both", "each": of whatever there is, even where what follows names none of it ("make both smaller"). */
  readonly distributes?: boolean | undefined;
  /** `target` is what something is turned into or what is to be made; everything else is worked on or with. */
  readonly role: "target" | "source";
  /** The preposition before it, if any. */
  readonly preposition?: string | undefined;
  readonly word?: Word;
}

/** A number after a noun, up to this one, counts what was sent. */
const MOST_NUMBERED = 20;

/** Mentions in the order in which they stand. `makesThings`: its verb brings something new into being. */
export function findMentions(words: Words, { makesThings = false, verbFirst = false } = {}): Mention[] {
  const mentions: Mention[] = [];
  for (let at = verbFirst ? 1 : 0; at < words.length;) {
    const word = words[at];
    if (!word) break;
    const found =
      word.kind === "file" || word.kind === "quote"
        ? atomic(words, at)
        : (pronoun(words, at) ?? phrase(words, at, makesThings));
    if (found) mentions.push(found);
    at = Math.max(at + 1, found?.to ?? 0);
  }
  return mentions;
}

function atomic(words: Words, at: number): Mention {
  const word = words[at];
  const kind = word?.kind === "file" ? "file" : "quote";
  return {
    kind,
    from: at,
    to: at + 1,
    head: "",
    modifiers: [],
    determiner: "none",
    plural: false,
    role: "source",
    preposition: prepositionBefore(words, at),
    ...(word ? { word } : {}),
  };
}

function pronoun(words: Words, at: number): Mention | undefined {
  const [word, next] = [words[at], words[at + 1]];
  if (word?.kind !== "word") return undefined;
  const plural = pluralPronouns.has(word.lower);
  if (!plural && !singularPronouns.has(word.lower)) return undefined;
  // "which one": one of those.
  if (word.lower === "one" && /^wh(?:ich|at)$/.test(words[at - 1]?.lower ?? "")) return undefined;
  // "this photo", "that I took", "all cats": no pronoun.
  const leads = determiners.has(word.lower) || word.lower === "one";
  if (next?.kind === "word" && leads && !standsAlone(next)) return undefined;
  if (word.lower === "that" && next?.kind === "word") return undefined;
  return {
    kind: "pronoun",
    from: at,
    to: at + 1,
    head: "",
    modifiers: [],
    determiner: "demonstrative",
    plural,
    role: "source",
    preposition: prepositionBefore(words, at),
    word,
  };
}

const standsAlone = (next: Word): boolean =>
  prepositions.has(next.lower) ||
  joiners.has(next.lower) ||
  targetPrepositions.has(next.lower) ||
  /^(?:is|are|was|back|aloud|out|up)$/.test(next.lower);

function phrase(words: Words, from: number, makesThings: boolean): Mention | undefined {
  let to = from;
  while (to < Math.min(words.length, from + 8) && belongs(words, to, from)) to += 1;
  const inside = words.slice(from, to);
  const determiner = determiners.get(inside[0]?.lower ?? "");
  const counted = inside.find(({ lower }) => numberOf(lower) !== undefined && lower !== "one");
  const ordered = inside.find(({ lower }) => ordinalOf(lower) !== undefined);
  const other = inside.some(({ lower }) => otherMarks.test(lower));
  const content = inside.filter(
    ({ stem, lower }, at) =>
      stem !== "" &&
      !determiners.has(lower) &&
      inside[at] !== counted &&
      inside[at] !== ordered &&
      !otherMarks.test(lower) &&
      !/^ones?$/.test(lower),
  );
  const { head, type } = headOf(content, determiner !== undefined);
  // "the second", "the other one": of what was spoken of.
  const which = /^wh(?:ich|at)$/.test(words[from - 1]?.lower ?? "");
  const counts = determiner === "definite" ? ordered !== undefined || other : which && inside.length > 0;
  const bare = content.length === 0 && counts;
  if (!bare && (!head || (determiner === undefined && type === undefined))) return undefined;
  const preposition = prepositionBefore(words, from);
  const number = numberAfter(words, to);
  const form = preposition === "in" && /^(?:format|form)$/.test(inside.at(-1)?.lower ?? "");
  return {
    kind: "phrase",
    from,
    to: number === undefined ? to : to + 1,
    type,
    head: head?.stem ?? "",
    modifiers: content.filter((word) => word !== head).map((word) => word.stem),
    determiner: determiner ?? "none",
    owner: ownerOf(inside[0]?.lower ?? ""),
    // "which photo": one of all there are.
    plural:
      isPlural(inside, head?.lower ?? inside.at(-1)?.lower ?? "") ||
      /^wh(?:ich|at)$/.test(words[from - 1]?.lower ?? ""),
    ordinal: ordered ? ordinalOf(ordered.lower) : number,
    count: counted && numberOf(counted.lower),
    other,
    asked: which,
    distributes: /^(?:both|all|each|every|either|neither)$/.test(inside[0]?.lower ?? ""),
    role: isTarget({ determiner, preposition, type, makesThings, form }) ? "target" : "source",
    preposition,
  };
}

const otherMarks = /^(?:others?|rest|remaining)$/;

const isPlural = (inside: Words, noun: string): boolean =>
  /[^s]s$/.test(noun) || /^(?:people|rest)$/.test(noun) || inside.some(({ lower }) => pluralMarks.has(lower));

const units = /^(?:°|%|x|by|degrees?|deg|px|pixels?|percent|times|wide|high|tall)$/;

/** "photo 2"; but "the photo 90 degrees" turns it. */
function numberAfter(words: Words, at: number): number | undefined {
  const [word, next] = [words[at], words[at + 1]];
  const number = word?.kind === "number" && !units.test(next?.lower ?? "") ? Number(word.text) : 0;
  return Number.isInteger(number) && number > 0 && number <= MOST_NUMBERED ? number - 1 : undefined;
}

function ownerOf(lower: string): Mention["owner"] {
  if (lower === "their") return "plural";
  return lower === "its" ? "singular" : undefined;
}

/** Nouns that only say that a thing is kept somewhere: "the audio file" is audio. */
const container =
  /^(?:file|files|clip|clips|attachment|attachments|format|data|sample|samples|version|versions|track|tracks|input|output|form)$/;

interface Head {
  readonly head?: Word | undefined;
  readonly type?: MediaType | undefined;
}

/** The head of a noun phrase is its last noun; an "audio message" is audio, an "image description" text. */
function headOf(content: Words, determined: boolean): Head {
  const last = content.at(-1);
  const core = content.filter(({ lower }) => !container.test(lower));
  const head = core.at(-1) ?? last;
  const types = core.map(({ lower }) => typeOfNoun.get(lower));
  const type = types.at(-1);
  const spoken = types.find((one) => one === "audio" || one === "video");
  if (type === "text" && spoken && head?.stem !== "transcrib" && head?.stem !== "capt") return { head, type: spoken };
  if (type !== undefined) return { head, type };
  // "the image quality" still speaks of the image; "image classification" speaks of none.
  return { head, type: determined ? types.findLast((one) => one !== undefined) : undefined };
}

function belongs(words: Words, at: number, from: number): boolean {
  const word = words[at];
  const before = words[at - 1]?.lower ?? "";
  const opens = at === from || determiners.has(before) || ordinalOf(before) !== undefined || otherMarks.test(before);
  if (word?.kind === "number") return opens && !units.test(words[at + 1]?.lower ?? "");
  if (word?.kind !== "word") return false;
  const { lower } = word;
  if (determiners.has(lower)) return at === from || pluralMarks.has(before);
  if (ordinalOf(lower) !== undefined || numberOf(lower) !== undefined || pluralMarks.has(lower)) return true;
  if (particles.has(lower)) return false;
  // "make the second black and white"
  const tone = /^(?:black|gr[ae]y|grayscale|greyscale|small|smaller|big|bigger)$/.test(lower);
  if (
    tone &&
    (ordinalOf(before) !== undefined || otherMarks.test(before)) &&
    !typeOfNoun.has(words[at + 1]?.lower ?? "")
  )
    return false;
  if (typeOfNoun.has(lower) && (opens || !isFinite(word))) return true;
  if (/^(?:own|same|others?|rest|remaining|new|given|provided|attached|following|above)$/.test(lower)) return true;
  if (targetPrepositions.has(lower) || relatives.has(lower) || prepositions.has(lower)) return false;
  if (!opens && isFinite(word)) return false;
  return !emptyWords.has(lower) && !joiners.has(lower) && !adverbs.has(lower) && !lightVerbs.has(lower);
}

/** "the letter sounds sad", "what does the sign say": a noun phrase ends before its verb. */
const isFinite = ({ lower }: Word): boolean => finiteVerbs.has(lower);

function prepositionBefore(words: Words, at: number): string | undefined {
  const before = words[at - 1]?.lower ?? "";
  return prepositions.has(before) || targetPrepositions.has(before) ? before : undefined;
}

interface TargetClues {
  readonly determiner: string | undefined;
  readonly preposition: string | undefined;
  readonly type: MediaType | undefined;
  readonly makesThings: boolean;
  /** "in audio format". */
  readonly form: boolean;
}

/** "into speech", "a short video" after a verb of making, "as audio"; never "the video". */
function isTarget({ determiner, preposition, type, makesThings, form }: TargetClues): boolean {
  if (determiner !== undefined && determiner !== "indefinite") return false;
  if (preposition === "into" || preposition === "as" || (form && type !== undefined)) return true;
  if (preposition === "to") return type !== undefined && determiner === undefined;
  return preposition === undefined && determiner === "indefinite" && makesThings;
}
