/** Prepares a task catalogue for matching: by which words each task is asked for, and how telling they are. */
import type { CatalogueTask } from "../../ports/planner.ts";
import type { InputSpec, OutputSpec } from "../../registry/task-spec.ts";
import { determiners, emptyWords, prepositions, questionWords } from "./lexicon.ts";
import { splitWords, stem } from "./words.ts";

export interface Cue {
  readonly stems: readonly string[];
  /** "text to speech" is not "speech to text". */
  readonly directed: boolean;
}

export interface Profile {
  readonly task: CatalogueTask;
  readonly cues: readonly Cue[];
  /** Stems of id and title: part of them is enough. */
  readonly name: ReadonlySet<string>;
  /** Stems of the description and the examples. */
  readonly bag: ReadonlySet<string>;
  /** Stems by which people call what it gives: "the summary". */
  readonly outputNames: ReadonlySet<string>;
  readonly inputs: readonly (readonly [name: string, spec: InputSpec])[];
  readonly outputs: readonly (readonly [name: string, spec: OutputSpec])[];
}

export interface Catalogue {
  readonly profiles: readonly Profile[];
  /** How telling a stem is in cues, 0 (in every task) to 1 (in one). */
  readonly rarity: (stem: string) => number;
  /** The same for descriptions and examples. */
  readonly bagRarity: (stem: string) => number;
  /** Words that open a task's examples or description: the verbs by which it is asked for. */
  readonly verbs: ReadonlySet<string>;
}

/** Nouns of media alone say nothing of a task: too many work on them. */
export const plainMedia: ReadonlySet<string> = new Set(
  ["text", "image", "audio", "video", "speech", "voice", "sound", "document", "sentence"].map(stem),
);

/** "text in image" tells a task, "new text" does not. */
const isTelling = ({ stems }: Cue): boolean => stems.length > 1 || stems.some((one) => !plainMedia.has(one));

const asking = new Set(["how", "what", "which", "who", "there", "where", "many", "most"]);

/** Words that tell something only beside others: "the same thing", "read to me". */
const beside = new Set(["same", "me"]);

/** Stems of a wording without the words that have no meaning of their own. */
export const contentStems = (text: string): string[] => stemsOf(text, asking);

const cueWords: ReadonlySet<string> = new Set([...asking, ...beside]);

const stemsOf = (text: string, kept: ReadonlySet<string>): string[] =>
  splitWords(text)
    .filter((word) => !emptyWords.has(word) || kept.has(word))
    .map(stem);

function cueOf(phrase: string): Cue {
  return { stems: stemsOf(phrase, cueWords), directed: /\b(?:to|into|from)\b/i.test(phrase) };
}

export function compileCatalogue(tasks: readonly CatalogueTask[]): Catalogue {
  const profiles = tasks.map(profileOf);
  return {
    profiles,
    rarity: rarityOver(profiles.map(({ cues, name }) => new Set([...cues.flatMap(({ stems }) => stems), ...name]))),
    bagRarity: rarityOver(profiles.map(({ bag }) => bag)),
    verbs: new Set(tasks.flatMap((task) => verbsOf(task))),
  };
}

function profileOf(task: CatalogueTask): Profile {
  const name = new Set([...contentStems(task.id), ...contentStems(task.title)]);
  const outputs = Object.entries(task.outputs);
  const phrases = [...(task.phrases ?? []), task.title];
  return {
    task,
    cues: phrases.map(cueOf).filter(isTelling),
    name,
    bag: new Set([task.description, ...(task.examples ?? [])].flatMap(contentStems)),
    outputNames: new Set([
      ...name,
      ...outputs.flatMap(([, { description, noun = "" }]) => contentStems(`${description} ${noun}`)),
      ...openings(phrases),
    ]),
    inputs: Object.entries(task.inputs),
    outputs,
  };
}

/** What starts a wording ("transcript", "edit image") is what its result is called, too: "the edited photo". */
function openings(phrases: readonly string[]): string[] {
  return phrases.flatMap((phrase) => contentStems(phrase).slice(0, 1)).filter((one) => !asking.has(one));
}

/** "Find the things in a picture": a first word with an object after it. */
function verbsOf({ description, examples = [] }: CatalogueTask): string[] {
  return [...examples, ...description.split(/[.;:]\s/)].flatMap((sentence) => {
    const [verb = "", next = ""] = splitWords(sentence);
    const object = determiners.has(next) || prepositions.has(next) || next === "what" || next === "whether";
    return object && verb.length > 2 && !emptyWords.has(verb) && !questionWords.has(verb) ? [verb] : [];
  });
}

/** Inverse document frequency (K. Sparck Jones, 1972), scaled to 0..1. */
function rarityOver(documents: readonly ReadonlySet<string>[]): (stem: string) => number {
  const counts = new Map<string, number>();
  for (const document of documents) for (const one of document) counts.set(one, (counts.get(one) ?? 0) + 1);
  const most = Math.log(documents.length + 1);
  return (one) => {
    const count = counts.get(one) ?? 0;
    return count === 0 || most === 0 ? 0 : Math.log((documents.length + 1) / count) / most;
  };
}
