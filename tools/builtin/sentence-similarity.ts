import { defineExpert } from "../define-expert.ts";
import { sentenceSimilarity } from "../tasks/sentence-similarity.ts";
import { encodeKnown } from "./text/encode-known.ts";
import { requireText } from "./text/require-text.ts";
import { loadSentenceEncoder } from "./text/sentence-encoder.ts";
import { judgeSimilarity, sameWords } from "./text/similarity-words.ts";
import { encoderExpert } from "./text/text-card.ts";
import { dot } from "./text/vectors.ts";

export const sentenceSimilarityExpert = defineExpert({
  task: sentenceSimilarity,
  card: {
    ...encoderExpert,
    id: "builtin/use-lite-similarity",
    title: "Sentence similarity (Universal Sentence Encoder)",
    model: "Universal Sentence Encoder Lite, cosine",
    quality:
      "On 36 pairs of our own, paraphrases (0.74 to 0.89), related (0.25 to 0.72) and unrelated pairs (below 0.16) did not overlap; blind to negation (“happy”, “not happy”: 0.85), which the words of the answer point out; English only.",
    merit: 0.5,
  },
  load: loadSentenceEncoder,
  async run(encoder, inputs, { signal }) {
    const text = requireText(inputs.text);
    const other = requireText(inputs.other, "other text");
    if (sameWords(text, other)) return { score: 1, text: "The two texts are the same, word for word." };
    const [one = [], two = []] = await encodeKnown(encoder, [text, other], signal);
    const score = Math.round(dot(one, two) * 1000) / 1000;
    return { score, text: judgeSimilarity(score, text, other) };
  },
});
