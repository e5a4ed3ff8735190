/** Finds what the words of a clause name to be looked for in a picture. */
import {
  actionVerbs,
  adverbs,
  determiners,
  emptyWords,
  finiteVerbs,
  joiners,
  lightVerbs,
  numberOf,
  ordinalOf,
  particles,
  prepositions,
  typeOfNoun,
  vagueNouns,
} from "./lexicon.ts";
import type { Word } from "./read-request.ts";
import { singular } from "./words.ts";

type Words = readonly Word[];

/** What a picture may show without its being named as a thing. */
const people = /^(?:any|some|every|no)(?:one|body)$/;

/** Nouns that narrow nothing down, and words for places in a picture. */
const idleNouns =
  /^(?:around|near|next|behind|front|left|right|side|top|bottom|middle|cent(?:er|re)|background|labels?|names?|class(?:es)?|categor(?:y|ies)|detections?|coordinates?|counts?|total|amount)$/;

/** What nobody can tell from a box. */
const adjectives =
  /^(?:visible|different|various|possible|entire|whole|single|individual|exact|similar|identical|present|available|closest|nearest|biggest|largest|smallest|big|large|small|little|tiny|huge|tall|short|long|old|young|new|red|green|blue|yellow|black|white|gr[ae]y|brown|pink|purple|dark|bright|colou?r(?:ed|ful)?|beautiful|pretty|nice|cute)$/;

/** "how many objects are there?": of whatever kind. */
export const namesAnything = (words: Words): boolean =>
  words.some(({ lower }) => /^(?:objects?|things?|items?|everything|anything)$/.test(lower));

/**
 * What is named, in the singular, compounds whole: "hide the licence plates" names "licence plate". Words that the task
 * was found by count only where nothing else is named; words for media and for anything at all never do.
 */
export function labelsIn(words: Words, evidence: ReadonlySet<number>): string[] {
  const named = collect(words, (at) => !evidence.has(at));
  return named.length > 0 ? named : collect(words, (at) => !evidence.has(at) || isNounHere(words, at));
}

function collect(words: Words, counts: (at: number) => boolean): string[] {
  const labels: string[] = [];
  let run: string[] = [];
  const close = (): void => {
    const head = run.pop();
    if (head !== undefined) labels.push([...run, singular(head)].join(" "));
    run = [];
  };
  for (const [at, { kind, lower, content = "" }] of words.entries()) {
    if (kind === "quote" && content.split(/\s+/).length <= 3) {
      close();
      labels.push(content);
    } else if (people.test(lower) && !isOwner(lower)) {
      close();
      labels.push("person");
    } else if (isName(words, at) && counts(at)) run.push(lower);
    else if (vagueNouns.has(lower) || isOwner(lower)) run = [];
    else close();
    if (labels.length > 0 && prepositions.has(lower)) break;
  }
  close();
  return [...new Set(labels)];
}

function isName(words: Words, at: number): boolean {
  const { kind, lower } = words[at] ?? { kind: "mark", lower: "" };
  if (kind !== "word" || isOwner(lower) || idle.some((known) => known.has(lower))) return false;
  const vague = idleNouns.test(lower) || adjectives.test(lower) || lower.endsWith("ly");
  const counted = numberOf(lower) !== undefined || ordinalOf(lower) !== undefined;
  return !vague && !counted && !isVerbHere(words, at);
}

/** "the *woman's* bag". */
const isOwner = (lower: string): boolean => /['’]s?$/.test(lower);

const idle = [emptyWords, vagueNouns, prepositions, particles, adverbs, typeOfNoun];

/** "photos *show* books": a verb stands first or after a noun; after an article, a verb or "and" stands a noun. */
function isVerbHere(words: Words, at: number): boolean {
  const [before, word] = [words[at - 1], words[at]];
  if (!word) return false;
  const { lower } = word;
  const base = lower.endsWith("s") ? lower.slice(0, -1) : lower;
  const known = [lower, base].some((one) => actionVerbs.has(one) || lightVerbs.has(one) || finiteVerbs.has(one));
  if (finiteVerbs.has(lower) && /^(?:that|this|which|who|it)$/.test(before?.lower ?? "")) return true;
  if (lower.endsWith("ing")) return !before || !introduces(before);
  return (
    known &&
    (!before ||
      before.kind === "mark" ||
      !(introduces(before) || joiners.has(before.lower) || isVerbHere(words, at - 1)))
  );
}

const introduces = ({ lower }: Word): boolean =>
  determiners.has(lower) || prepositions.has(lower) || /^(?:many|more|most|few|fewer|much|any|no)$/.test(lower);

/** Among words that a task was found by, those that name a thing: "hide *faces*", "the number of *people*". */
function isNounHere(words: Words, at: number): boolean {
  const lower = words[at]?.lower ?? "";
  const plural = /[^s]s$/.test(lower) || /^(?:people|men|women|children)$/.test(lower);
  return plural || determiners.has(words[at - 1]?.lower ?? "");
}
