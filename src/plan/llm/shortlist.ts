/** Picks the tasks that are offered to a language model where its prompt has no room for all of them. */
import type { Embedder } from "../../ports/embedder.ts";
import type { CatalogueTask } from "../../ports/planner.ts";
import { describeTask } from "./describe-tasks.ts";
import { createSimilarityIndex, type Entry, type SimilarityIndex } from "./similarity.ts";

/** Characters of a token, about: catalogues are English words, names and punctuation. */
export const CHARACTERS_PER_TOKEN = 3.5;

export interface Room {
  /** Of the tasks' descriptions together. */
  readonly characters: number;
  /** Tasks at most. */
  readonly most?: number | undefined;
}

export interface Shortlist {
  /**
   * All tasks where there is room, else the ones most like `text`; in the order of the catalogue, so that the same ones
   * make the same prompt.
   */
  pick(text: string, tasks: readonly CatalogueTask[], room: Room, signal?: AbortSignal): Promise<CatalogueTask[]>;
}

export function createShortlist(embedder?: Embedder): Shortlist {
  /** A server has one catalogue for a long time. */
  const indexes = new WeakMap<readonly CatalogueTask[], SimilarityIndex>();

  return {
    async pick(text, tasks, { characters, most = tasks.length }, signal) {
      const sizes = tasks.map((task) => describeTask(task).length + 1);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      if (total <= characters && tasks.length <= most) return [...tasks];
      const index = indexes.get(tasks) ?? createSimilarityIndex(tasks.map(entryOf), embedder);
      indexes.set(tasks, index);
      const scores = await index.score(text, signal);
      const ranked = tasks.map((_, at) => at).toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
      const chosen = new Set<number>();
      let left = characters;
      for (const at of ranked) {
        const size = sizes[at] ?? 0;
        if (size > left || chosen.size >= most) continue;
        chosen.add(at);
        left -= size;
      }
      return tasks.filter((_, at) => chosen.has(at));
    },
  };
}

function entryOf({ id, title, description, phrases = [], examples = [], inputs, outputs }: CatalogueTask): Entry {
  const ports = [...Object.values(inputs), ...Object.values(outputs)].map((port) => port.description);
  return {
    wordings: [id, title, ...phrases],
    about: [description, ...examples, ...ports].join(" "),
    sentences: [...examples, `${title}. ${description}`.slice(0, 300)],
  };
}
