/** The sentence encoder that the built-in planner matches with, in a child process of its own kind. */
import { batchEncoder } from "../tools/builtin/text/batch-encoder.ts";
import { SENTENCE_SPACE } from "../tools/builtin/text/sentence-encoder.ts";
import { createProcessPool } from "../workers/process-pool.ts";
import { createPoolEmbedder } from "./adapters/pool-embedder.ts";
import type { Embedder } from "./ports/embedder.ts";
import type { ExpertRunner } from "./ports/expert-runner.ts";

export interface PlanningEmbedder {
  readonly embedder: Embedder;
  readonly close: () => Promise<void>;
}

/** @param runner shared with others, who close it; left out, an own one is made, and closed by `close` */
export function createPlanningEmbedder(scratchRoot: string, runner?: ExpertRunner): PlanningEmbedder {
  const pool = runner ?? createProcessPool();
  const embedder = createPoolEmbedder({ runner: pool, expert: batchEncoder.card, space: SENTENCE_SPACE, scratchRoot });
  return { embedder, close: async () => (runner ? undefined : pool.close()) };
}
