/** Embeds texts with an expert's model in its own child process, so that planning never blocks the event loop. */
import { z } from "zod";
import { TuttiError } from "../errors.ts";
import type { Embedder } from "../ports/embedder.ts";
import type { ExpertRunner } from "../ports/expert-runner.ts";
import type { ExpertCard } from "../registry/expert-card.ts";

export interface PoolEmbedderOptions {
  readonly runner: ExpertRunner;
  /** An expert that takes `texts` and gives `vectors`. */
  readonly expert: ExpertCard;
  readonly space: string;
  /** A folder of scratch files; embedding makes none. */
  readonly scratch: string;
}

const vectorsSchema = z.object({ vectors: z.array(z.array(z.number())) });

export function createPoolEmbedder({ runner, expert, space, scratch }: PoolEmbedderOptions): Embedder {
  return {
    space,
    async embed(texts, signal = new AbortController().signal) {
      if (texts.length === 0) return [];
      const { outputs } = await runner.run({ expert, inputs: { texts: [...texts] }, scratch, signal });
      const parsed = vectorsSchema.safeParse(outputs);
      // Of a vector more or less, nobody would know whose each of them is.
      if (parsed.data?.vectors.length === texts.length) return parsed.data.vectors;
      throw new TuttiError("expert-failed", `${expert.id} did not give one vector for each of ${texts.length} texts`);
    },
  };
}
