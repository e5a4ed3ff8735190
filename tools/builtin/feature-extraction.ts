import { defineExpert } from "../define-expert.ts";
import { featureExtraction } from "../tasks/feature-extraction.ts";
import { encodeKnown } from "./text/encode-known.ts";
import { requireText } from "./text/require-text.ts";
import { loadSentenceEncoder } from "./text/sentence-encoder.ts";
import { encoderExpert } from "./text/text-card.ts";

export const featureExtractionExpert = defineExpert({
  task: featureExtraction,
  card: {
    ...encoderExpert,
    id: "builtin/use-lite",
    title: "Sentence embedding (Universal Sentence Encoder)",
    model: "Universal Sentence Encoder Lite",
    quality:
      "512 numbers, English only; 12 paraphrases of our own scored 0.74 to 0.89, 12 unrelated pairs at most 0.15; blind to negation; a long text is the mean of its sentences.",
    merit: 0.5,
  },
  load: loadSentenceEncoder,
  async run(encoder, { text }, { signal }) {
    const [vector = []] = await encodeKnown(encoder, [requireText(text)], signal);
    return { embedding: { space: encoder.space, vector } };
  },
});
