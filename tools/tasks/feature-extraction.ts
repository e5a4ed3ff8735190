import { defineTask } from "../../src/registry/task-spec.ts";

export const featureExtraction = defineTask({
  id: "feature-extraction",
  title: "Sentence embedding",
  description: "Turn a text into a vector that stands for its meaning.",
  inputs: {
    text: { type: "text", description: "The text.", slot: "passage" },
  },
  outputs: {
    embedding: { type: "embedding", description: "The vector." },
  },
  phrases: ["embed", "embedding", "text embedding", "vector", "feature vector", "extract features", "turn into vector"],
  examples: ["Embed this sentence.", "Give me the vector of this text."],
});
