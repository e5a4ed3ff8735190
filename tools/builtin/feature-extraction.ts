import { asTuttiError } from "../../src/errors.ts";
import type { Embedding } from "../../src/run/value.ts";
import { defineExpert } from "../define-expert.ts";
import { featureExtraction } from "../tasks/feature-extraction.ts";
import { requireKnown } from "./text/encode-known.ts";
import { requireText } from "./text/require-text.ts";
import { loadSentenceEncoder, SENTENCE_SPACE } from "./text/sentence-encoder.ts";
import { encoderExpert } from "./text/text-card.ts";

export const featureExtractionExpert = defineExpert({
  task: featureExtraction,
  card: {
    ...encoderExpert,
    id: "builtin/use-lite",
    title: "Sentence embedding (Universal Sentence Encoder)",
    model: "Universal Sentence Encoder Lite",
    // Alone a text of 4 words takes 7 ms and one of 40 words 29 ms; of a batch of 16, each takes 3 and 25 ms. Sixteen of
    // the longest take a minute. Twice a batch at once, so that the next one is there when one ends.
    limits: { timeoutMs: 180_000, concurrency: 32, memoryMiB: 250, batch: { max: 16, waitMs: 0, memoryMiB: 4 } },
    quality:
      "512 numbers, English only; 12 paraphrases of our own scored 0.74 to 0.89, 12 unrelated pairs at most 0.15; blind to negation; a long text is the mean of its sentences.",
    merit: 0.5,
  },
  load: loadSentenceEncoder,
  async run(encoder, { text }, { signal }) {
    const known = requireText(text);
    const [vector = []] = await encoder.embed([known], signal);
    return { embedding: embeddingOf(known, vector) };
  },
  async runBatch(encoder, inputs, _contexts, signal) {
    const texts = inputs.map(({ text }) => attempt(() => requireText(text)));
    // In the place of a refused text nothing is encoded, at no cost.
    const vectors = await encoder.embed(
      texts.map((text) => (text instanceof Error ? "" : text)),
      signal,
    );
    return texts.map((text, index) =>
      text instanceof Error ? text : attempt(() => ({ embedding: embeddingOf(text, vectors[index] ?? []) })),
    );
  },
});

function embeddingOf(text: string, vector: number[]): Embedding {
  requireKnown(text, vector);
  return { space: SENTENCE_SPACE, vector };
}

function attempt<T>(make: () => T): T | Error {
  try {
    return make();
  } catch (thrown) {
    return asTuttiError(thrown, "expert-failed");
  }
}
