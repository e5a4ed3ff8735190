/** Turns people's words for things ("the two men", "bikes, faces") into the classes that detectors know. */
import { cocoGroups, FACE, knownClasses } from "./coco-classes.ts";
import { singularCandidates } from "./nouns.ts";

/** Words that stand for one or more classes. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    ["man", "woman", "child", "boy", "girl", "kid", "baby", "adult", "human", "guy", "lady", "pedestrian"].map(
      (word) => [word, ["person"]],
    ),
  ),
  head: [FACE],
  bike: ["bicycle"],
  motorbike: ["motorcycle"],
  plane: ["airplane"],
  aeroplane: ["airplane"],
  aircraft: ["airplane"],
  lorry: ["truck"],
  taxi: ["car"],
  ship: ["boat"],
  puppy: ["dog"],
  kitten: ["cat"],
  kitty: ["cat"],
  cattle: ["cow"],
  bag: ["handbag", "backpack", "suitcase"],
  rucksack: ["backpack"],
  purse: ["handbag"],
  ball: ["sports ball"],
  football: ["sports ball"],
  racket: ["tennis racket"],
  glass: ["wine glass", "cup"],
  mug: ["cup"],
  doughnut: ["donut"],
  fruit: ["banana", "apple", "orange"],
  sofa: ["couch"],
  table: ["dining table"],
  desk: ["dining table"],
  plant: ["potted plant"],
  television: ["tv"],
  monitor: ["tv"],
  screen: ["tv", "laptop", "cell phone"],
  computer: ["laptop"],
  "remote control": ["remote"],
  phone: ["cell phone"],
  smartphone: ["cell phone"],
  "mobile phone": ["cell phone"],
  mobile: ["cell phone"],
  fridge: ["refrigerator"],
  teddy: ["teddy bear"],
  "hair dryer": ["hair drier"],
  animal: cocoGroups.animal,
  pet: ["cat", "dog"],
  vehicle: cocoGroups.vehicle,
  food: cocoGroups.food,
  furniture: cocoGroups.furniture,
};

/** Words that leave the choice open. */
const everyClass: readonly string[] = [...knownClasses];
const anything = new Set(["object", "thing", "item", "everything", "anything", "all", "them", "it", "something"]);
const fillers =
  /\b(?:the|a|an|all|any|every|each|some|of|my|our|his|her|their|this|that|these|those|in|picture|photo|image)\b/g;

export interface WantedLabels {
  /** Classes to keep; undefined where every class is wanted. */
  readonly classes: ReadonlySet<string> | undefined;
  /** What was asked for, word by word, with the classes that it stands for. */
  readonly asked: readonly { readonly word: string; readonly classes: readonly string[] }[];
  /** Words that no detector of ours has a class for. */
  readonly unknown: readonly string[];
}

/** Reads a comma separated list. Words that only say "everything" want every class. */
export function readWantedLabels(labels: string | undefined): WantedLabels {
  const words = splitLabels(labels ?? "");
  const asked = words.map((word) => ({ word, classes: classesOf(word) }));
  const known = asked.filter(({ classes }) => classes.length > 0);
  const open = words.length === 0 || known.some(({ classes }) => classes === everyClass);
  return {
    classes: open ? undefined : new Set(known.flatMap(({ classes }) => classes)),
    asked: open ? [] : known,
    unknown: asked.filter(({ classes }) => classes.length === 0).map(({ word }) => word),
  };
}

/** Whether a box with this label is meant by these words: by class, or by the same wording. */
export function labelMatcher(labels: string | undefined): (label: string) => boolean {
  const { classes, unknown } = readWantedLabels(labels);
  if (classes === undefined) return () => true;
  const wordings = new Set(unknown.flatMap((word) => singularCandidates(word)));
  return (label) => classes.has(label) || singularCandidates(plain(label)).some((form) => wordings.has(form));
}

function splitLabels(labels: string): string[] {
  return labels
    .split(/,|;|\band\b|\bor\b|&/)
    .map(plain)
    .filter((label) => label !== "");
}

function classesOf(word: string): readonly string[] {
  for (const form of singularCandidates(word)) {
    if (knownClasses.has(form)) return [form];
    if (anything.has(form)) return everyClass;
    const meant = synonyms[form];
    if (meant !== undefined) return meant;
  }
  // "orange cat", "coffee cup": the last word says what it is, the rest which one, and that can't be told from boxes.
  const lastWord = word.split(" ").at(-1) ?? word;
  return lastWord === word ? [] : classesOf(lastWord);
}

function plain(word: string): string {
  return word
    .toLowerCase()
    .replace(/[^\p{L}\p{N}' -]/gu, " ")
    .replace(fillers, " ")
    .replace(/\s+/g, " ")
    .trim();
}
