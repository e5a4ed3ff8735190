/**
 * How much of what a text asks for an entry (a task, a demonstration) speaks of: by words, and by meaning where there
 * is an embedder. Deterministic for one embedder.
 */
import type { Embedder } from "../../ports/embedder.ts";
import { contentStems } from "../builtin/catalogue.ts";

export interface Entry {
  /** Short wordings, by which it is asked for; one that is wholly in the text counts most. */
  readonly wordings: readonly string[];
  /** What else is said of it. */
  readonly about: string;
  /** Sentences that are compared by meaning. */
  readonly sentences: readonly string[];
}

interface Known {
  readonly cues: readonly (readonly string[])[];
  readonly bag: ReadonlySet<string>;
}

export interface SimilarityIndex {
  /** One score per entry, in order; greater is better. */
  score(text: string, signal?: AbortSignal): Promise<readonly number[]>;
}

const weights = { bag: 0.35, meaning: 0.35 } as const;
const MOST_PARTS = 24;
const MOST_PART = 300;

export function createSimilarityIndex(entries: readonly Entry[], embedder?: Embedder): SimilarityIndex {
  const known = entries.map(knownOf);
  const rarity = rarityOver(known.map(({ cues, bag }) => new Set([...cues.flat(), ...bag])));
  let vectors: Promise<readonly (readonly (readonly number[])[])[]> | undefined;

  const meanings = async (parts: readonly string[], signal?: AbortSignal): Promise<number[][] | undefined> => {
    if (!embedder) return undefined;
    try {
      vectors ??= embedAll(entries, embedder);
      const [ofParts, ofEntries] = await Promise.all([embedder.embed(parts, signal), vectors]);
      return ofParts.map((part) => ofEntries.map((all) => Math.max(0, ...all.map((one) => dot(one, part)))));
    } catch {
      // Words alone find nearly as much; the next request tries again.
      vectors = undefined;
      return undefined;
    }
  };

  return {
    async score(text, signal) {
      const parts = partsOf(text);
      const meaning = await meanings(parts, signal);
      const perPart = parts.map((part, at) => {
        const stems = new Set(contentStems(part));
        return known.map((one, entry) => lexical(one, stems, rarity) + weights.meaning * (meaning?.[at]?.[entry] ?? 0));
      });
      // Every part of a request asks for something of its own, so that the best of each part comes before the second
      // best of any: the score is by rank within a part, then by how good it is.
      return entries.map((_, entry) =>
        Math.max(0, ...perPart.map((scores) => placeOf(scores, entry) + (scores[entry] ?? 0) / 100)),
      );
    },
  };
}

/** 1 for the best of a part, 1/2 for the second, and so on; 0 for what has nothing to do with it. */
function placeOf(scores: readonly number[], entry: number): number {
  const own = scores[entry] ?? 0;
  return own <= 0 ? 0 : 1 / (1 + scores.filter((score) => score > own).length);
}

function knownOf({ wordings, about }: Entry): Known {
  const cues = wordings.map((wording) => [...new Set(contentStems(wording))]).filter((stems) => stems.length > 0);
  return { cues, bag: new Set(contentStems(about)) };
}

/** The share of the best wording that is there, weighed by how rare its words are, and what else is spoken of. */
function lexical({ cues, bag }: Known, stems: ReadonlySet<string>, rarity: (stem: string) => number): number {
  let best = 0;
  for (const cue of cues) {
    const all = sum(cue.map(rarity));
    const found = sum(cue.filter((one) => stems.has(one)).map(rarity));
    if (all > 0) best = Math.max(best, (found / all) ** 2 * Math.min(1, all));
  }
  const spoken = sum([...stems].filter((one) => bag.has(one)).map(rarity));
  return best + weights.bag * Math.min(1, spoken / 2);
}

/** Inverse document frequency (K. Sparck Jones, 1972), 0..1. */
function rarityOver(documents: readonly ReadonlySet<string>[]): (stem: string) => number {
  const counts = new Map<string, number>();
  for (const document of documents) for (const one of document) counts.set(one, (counts.get(one) ?? 0) + 1);
  const most = Math.log(documents.length + 1);
  return (one) => {
    const count = counts.get(one) ?? 0;
    return count === 0 || most === 0 ? 0 : Math.log((documents.length + 1) / count) / most;
  };
}

/** Sentences and clauses, each of which may ask for something else. */
export function partsOf(text: string): string[] {
  const parts = text
    .split(/(?<=[.!?;\n])\s+|,?\s+(?:and then|then|and|after that)\s+|,\s+/iu)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  // The whole as well: "read the" and "note" may have been parted.
  return [text.trim().slice(0, MOST_PART), ...parts.slice(0, MOST_PARTS).map((part) => part.slice(0, MOST_PART))];
}

async function embedAll(entries: readonly Entry[], embedder: Embedder) {
  const vectors = await embedder.embed(entries.flatMap(({ sentences }) => sentences));
  let at = 0;
  return entries.map(({ sentences }) => {
    const from = at;
    at += sentences.length;
    return vectors.slice(from, at);
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((total, value, at) => total + value * (b[at] ?? 0), 0);
