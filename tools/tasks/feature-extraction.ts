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
  examples: ["Embed this sentence."],
});
