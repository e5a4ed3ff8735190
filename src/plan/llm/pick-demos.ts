/** Chooses the demonstrations for a request: those that always help, and the ones that are most like it. */
import type { Embedder } from "../../ports/embedder.ts";
import type { CatalogueTask } from "../../ports/planner.ts";
import type { Demo } from "./load-prompts.ts";
import { createSimilarityIndex, type SimilarityIndex } from "./similarity.ts";

export interface PickedDemos {
  /** The same for every request with these tasks. */
  readonly fixed: readonly Demo[];
  /** Most like the request last, next to it. */
  readonly similar: readonly Demo[];
}

export function createDemoPicker(demos: readonly Demo[], embedder?: Embedder) {
  const others = demos.filter(({ always }) => !always);
  let index: SimilarityIndex | undefined;

  return async (
    text: string,
    tasks: readonly CatalogueTask[],
    count: number,
    signal?: AbortSignal,
  ): Promise<PickedDemos> => {
    const offered = new Set(tasks.map(({ id }) => id));
    // A demonstration must not show tools that there are not, nor deny those that there are.
    const holds = ({ plan, unless }: Demo): boolean =>
      plan.steps.every(({ task }) => offered.has(task)) && !unless.some((id) => offered.has(id));
    const fixed = demos.filter((demo) => demo.always && holds(demo));
    if (!others.some(holds) || count <= 0) return { fixed, similar: [] };
    index ??= createSimilarityIndex(others.map(entryOf), embedder);
    const scores = await index.score(text, signal);
    const ranked = others
      .map((demo, at) => ({ demo, score: scores[at] ?? 0 }))
      .filter(({ demo }) => holds(demo))
      .toSorted((a, b) => b.score - a.score);
    return {
      fixed,
      similar: ranked
        .slice(0, count)
        .map(({ demo }) => demo)
        .toReversed(),
    };
  };
}

function entryOf({ request, plan }: Demo) {
  return {
    wordings: [request],
    about: [request, ...plan.steps.map(({ task }) => task.replaceAll("-", " "))].join(" "),
    sentences: [request],
  };
}
