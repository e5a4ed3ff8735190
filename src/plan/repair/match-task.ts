/** Finds the task that somebody calls by a name which the catalogue does not have. */
import type { TaskSpec } from "../../registry/task-spec.ts";
import type { ValueType } from "../../run/value.ts";
import { compileCatalogue, contentStems, plainMedia, type Profile } from "../builtin/catalogue.ts";
import { typeOfNoun } from "../builtin/lexicon.ts";
import { splitWords, stem } from "../builtin/words.ts";

/** The task of this name, or the only one that can be meant by it; `accepts` says which may be meant at all. */
export type TaskMatcher = (name: string, accepts: (task: TaskSpec) => boolean) => TaskSpec | undefined;

const LONGEST_NAME = 100;

export function createTaskMatcher(tasks: readonly TaskSpec[]): TaskMatcher {
  const { profiles } = compileCatalogue(tasks);
  const told = new Set(
    profiles.flatMap(({ name, bag, cues }) => [...name, ...bag, ...cues.flatMap(({ stems }) => stems)]),
  );
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return (name, accepts) => {
    const exact = byId.get(name.trim());
    if (exact || name.length > LONGEST_NAME) return exact;
    for (const variant of variantsOf(name, told)) {
      for (const means of readings) {
        const found = profiles.filter((profile) => {
          const how = means(variant, profile);
          return how === "name" || (how === "wording" && accepts(profile.task));
        });
        if (found.length === 1) return found[0]?.task;
        // Two that fit equally well: what reads more loosely can't tell better.
        if (found.length > 1) return undefined;
      }
    }
    return undefined;
  };
}

interface Asked {
  readonly plain: string;
  readonly stems: readonly string[];
  /** Without the nouns of media, which many tasks share. */
  readonly telling: readonly string[];
  /** Words of which the catalogue knows nothing: they tell no task from another. */
  readonly unheard: readonly string[];
  readonly media: readonly ValueType[];
  /** "Text-to-Image" is not "Image-to-Text". */
  readonly directed: boolean;
}

/** "Token Classification (NER)": the whole, what stands outside of the parentheses, and what stands inside. */
function variantsOf(name: string, told: ReadonlySet<string>): Asked[] {
  const outside = name.replaceAll(/\([^()]*\)/g, " ");
  const inside = [...name.matchAll(/\(([^()]*)\)/g)].map(([, text = ""]) => text);
  return [...new Set([name, outside, ...inside])]
    .map((one) => readName(one, told))
    .filter(({ stems }) => stems.length > 0);
}

function readName(name: string, told: ReadonlySet<string>): Asked {
  const words = splitWords(name);
  const stems = contentStems(words.join(" "));
  return {
    plain: words.join(""),
    stems,
    telling: tellingOf(stems),
    unheard: stems.filter((one) => !told.has(one)),
    media: mediaIn(words),
    directed: words.includes("to"),
  };
}

const tellingOf = (stems: readonly string[]): string[] => stems.filter((one) => !plainMedia.has(one));

const mediaIn = (words: readonly string[]): ValueType[] =>
  words.filter((word) => plainMedia.has(stem(word))).map((word) => typeOfNoun.get(word) ?? "document");

/** A task's own name is enough; wordings and descriptions say less, so that the arguments have to fit as well. */
type Reading = (asked: Asked, profile: Profile) => "name" | "wording" | false;

const byName = (is: boolean): "name" | false => is && "name";
const byWording = (is: boolean): "wording" | false => is && "wording";

/** From the strictest to the loosest. */
const readings: readonly Reading[] = [
  ({ plain }, { task }) => byName(names(task).some((name) => splitWords(name).join("") === plain)),
  ({ stems }, { task }) => byName(names(task).some((name) => sameSequence(contentStems(name), stems))),
  (asked, profile) => byWording(isWording(asked, profile)),
  addsToName,
  (asked, profile) => byWording(addsToWording(asked, profile)),
  ({ stems }, { task }) => byWording(describes(task.description, stems)),
  ({ plain }, { task }) => byName(names(task).some((name) => isMisspelt(plain, splitWords(name).join("")))),
];

const names = ({ id, title }: TaskSpec): readonly string[] => [id, title];

const sameSequence = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one, at) => one === b[at]);

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length > 0 && a.every((one) => b.includes(one)) && b.every((one) => a.includes(one));

function isWording(asked: Asked, { cues }: Profile): boolean {
  return cues.some(({ stems, directed }) =>
    directed || asked.directed ? directed && sameSequence(stems, asked.stems) : sameSet(stems, asked.stems),
  );
}

/** "Text Summarization" adds what "Summarization" works on; "Language Translation" a word of its description. */
function addsToName(asked: Asked, profile: Profile): "name" | "wording" | false {
  const { task, bag } = profile;
  const own = names(task).map((name) => tellingOf(contentStems(name)));
  const says = own.some(
    (stems) =>
      stems.length > 0 &&
      stems.every((one) => asked.telling.includes(one)) &&
      asked.telling.every((one) => stems.includes(one) || bag.has(one) || asked.unheard.includes(one)),
  );
  if (!says || !takesMedia(asked, profile)) return false;
  return mediaIn(splitWords(task.id)).every((type) => asked.media.includes(type)) ? "name" : "wording";
}

function addsToWording(asked: Asked, profile: Profile): boolean {
  const wordings = profile.cues.filter(({ directed }) => !directed).map(({ stems }) => tellingOf(stems));
  return takesMedia(asked, profile) && wordings.some((stems) => sameSet(stems, asked.telling));
}

/** Whether it works on the media that the name speaks of; "Text Editing" is not "Image Editing", which takes text, too. */
function takesMedia({ media, directed }: Asked, { task, inputs }: Profile): boolean {
  const own = mediaIn(splitWords(task.id));
  const differs = own.length > 0 && media.length > 0 && !own.some((type) => media.includes(type));
  return !directed && !differs && media.every((type) => inputs.some(([, spec]) => spec.type === type));
}

/** Whether the words stand side by side in a description, with or without what it says in parentheses. */
function describes(description: string, words: readonly string[]): boolean {
  if (words.every((one) => plainMedia.has(one))) return false;
  return [description, description.replaceAll(/\([^()]*\)/g, " ")].some((text) => {
    const stems = contentStems(text);
    return stems.some((_, at) => sameSequence(words, stems.slice(at, at + words.length)));
  });
}

const LEAST_LENGTH = 8;

/** At most two slips (V. I. Levenshtein, 1965) in a name that is long enough for that to mean anything. */
function isMisspelt(written: string, meant: string): boolean {
  if (Math.min(written.length, meant.length) < LEAST_LENGTH || Math.abs(written.length - meant.length) > 2)
    return false;
  let row = Array.from({ length: meant.length + 1 }, (_, at) => at);
  for (let i = 1; i <= written.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= meant.length; j += 1) {
      const exchange = (row[j - 1] ?? 0) + (written[i - 1] === meant[j - 1] ? 0 : 1);
      next.push(Math.min(exchange, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return (row.at(-1) ?? Infinity) <= 2;
}
