/** The sentence encoder that the built-in planner matches with, in a child process of its own kind. */
import { join } from "node:path";
import { batchEncoder } from "../../tools/builtin/text/batch-encoder.ts";
import { SENTENCE_SPACE } from "../../tools/builtin/text/sentence-encoder.ts";
import { createProcessPool } from "../../workers/process-pool.ts";
import { createPoolEmbedder } from "../adapters/pool-embedder.ts";
import { createRememberingEmbedder } from "../adapters/remembering-embedder.ts";
import type { Embedder } from "../ports/embedder.ts";
import type { ExpertRunner } from "../ports/expert-runner.ts";

export interface PlanningEmbedder {
  readonly embedder: Embedder;
  readonly close: () => Promise<void>;
}

/**
 * @param folder of the remembered vectors
 * @param runner shared with others, who close it; left out, an own one is made, and closed by `close`
 */
export function createPlanningEmbedder(folder: string, runner?: ExpertRunner): PlanningEmbedder {
  const pool = runner ?? createProcessPool();
  const expert = batchEncoder.card;
  const embedder = createPoolEmbedder({ runner: pool, expert, space: SENTENCE_SPACE, scratch: folder });
  return {
    embedder: createRememberingEmbedder(embedder, join(folder, "vectors")),
    close: async () => (runner ? undefined : pool.close()),
  };
}
