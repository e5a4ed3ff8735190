import { defineTask } from "../../src/registry/task-spec.ts";

export const imageFeatureExtraction = defineTask({
  id: "image-feature-extraction",
  title: "Image embedding",
  description: "Turn a picture into a vector that stands for what it shows.",
  inputs: {
    image: { type: "image", description: "The picture." },
  },
  outputs: {
    embedding: { type: "embedding", description: "The vector; texts may live in the same space." },
  },
});
