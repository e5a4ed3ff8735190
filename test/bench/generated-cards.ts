/** Many cards, recombined from a list of real ones, with vectors spread as an encoder spreads them. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { importCards } from "../../src/registry/import/import-cards.ts";
import type { IndexedCard } from "../../src/registry/index/card-text.ts";
import { knownTasks } from "../../tools/tasks/index.ts";

const DIMENSIONS = 512;
/** Directions that noise is taken from: to draw one for each card takes longer than all the rest. */
const NOISES = 2000;

export interface GeneratedCard {
  readonly card: IndexedCard;
  readonly vector: Float32Array;
}

/** The experts of a list of models, one card as JSON per line. */
export async function readRealCards(file: string): Promise<readonly IndexedCard[]> {
  const tasks = new Set(knownTasks.map(({ id }) => id));
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
  return [...importCards(lines, { tasks, callable: tasks })].flatMap(({ registration }) => {
    if (!registration) return [];
    const { id, version, title, description, languages, merit } = registration;
    return [{ id, version, task: z.string().parse(registration.task), title, description, languages, merit }];
  });
}

/** mulberry32, of the public domain: the same cards in every run. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Each takes its name from one real card of a task and its sentences from three. Vectors of the real ones are drawn so
 * that any two are alike by about 0.5 and two of a task by about 0.6, as those of the built-in encoder are (median 0.55);
 * a generated one is the mean of those that it was made from, with some noise, so that its nearest neighbour is alike by
 * about 0.9 (the encoder: 0.89). Independent parts in 512 dimensions are harder to part into cells than real ones.
 */
export function* generateCards(
  real: readonly IndexedCard[],
  count: number,
  random: () => number,
): Generator<GeneratedCard> {
  const common = gaussian(random);
  const ofTask = new Map(real.map(({ task }) => [task, gaussian(random)]));
  const sources = real.map((card) => ({
    card,
    sentences: (card.description ?? "").split(/(?<=[.!?])\s+/).filter((sentence) => sentence !== ""),
    vector: mix([common, 0.72], [ofTask.get(card.task) ?? common, 0.33], [gaussian(random), 0.61]),
  }));
  const noises = Array.from({ length: NOISES }, () => gaussian(random));
  const byTask = Object.groupBy(sources, ({ card }) => card.task);
  const pick = <T>(from: readonly T[]): T => {
    const found = from[Math.floor(random() * from.length)];
    if (found === undefined) throw new Error("nothing to pick from");
    return found;
  };
  for (let index = 0; index < count; index++) {
    const first = pick(sources);
    const group = byTask[first.card.task] ?? sources;
    const [second, third] = [pick(group), pick(group)];
    const [stem = ""] = first.card.title.split(" by ");
    const owner = second.card.title.split(" by ")[1] ?? "nobody";
    const description = [first, second, third]
      .flatMap(({ sentences }) => (sentences.length > 0 ? [pick(sentences)] : []))
      .join(" ")
      .slice(0, 400);
    const { task, languages } = first.card;
    const card = {
      id: `huggingface/${owner}/${stem}-${index}`.replaceAll(/[^\w./-]/g, "-"),
      version: "1",
      task,
      title: `${stem}-${index} by ${owner}`,
      description,
      languages,
      merit: 0.3 + 0.4 * random(),
    };
    const vector = mix([first.vector, 0.6], [second.vector, 0.25], [third.vector, 0.15], [pick(noises), 0.28]);
    yield { card, vector };
  }
}

/** A request for what a card does: some of its words, and a vector that is alike to the card's by so much. */
export function requestFor(
  { card, vector }: GeneratedCard,
  likeness: number,
  random: () => number,
): { readonly text: string; readonly vector: Float32Array } {
  const words = `${card.task.replaceAll("-", " ")} ${card.description ?? ""}`.split(/\s+/);
  const text = Array.from({ length: 8 }, () => words[Math.floor(random() * words.length)] ?? "").join(" ");
  return { text, vector: mix([vector, likeness], [gaussian(random), Math.sqrt(1 - likeness * likeness)]) };
}

/** Of unit length. */
function mix(...parts: readonly (readonly [vector: Float32Array, weight: number])[]): Float32Array {
  const sum = new Float32Array(DIMENSIONS);
  for (const [vector, weight] of parts) {
    for (let at = 0; at < DIMENSIONS; at++) sum[at] = (sum[at] ?? 0) + weight * (vector[at] ?? 0);
  }
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}

/** A direction, any as likely as any other (Box and Muller, 1958). */
function gaussian(random: () => number): Float32Array {
  const values = Float32Array.from({ length: DIMENSIONS }, () => {
    return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  });
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}
