import { defineTask } from "../../src/registry/task-spec.ts";

export const zeroShotImageClassification = defineTask({
  id: "zero-shot-image-classification",
  title: "Zero-shot image classification",
  description: "Sort a picture into one of the categories that the request names.",
  inputs: {
    image: { type: "image", description: "The picture." },
    labels: { type: "text", description: "The categories, comma separated.", slot: "labels" },
  },
  outputs: {
    labels: { type: "labels", description: "The categories, best first." },
    text: { type: "text", description: "The best category." },
  },
  says: "{input.image} is best sorted under: {output.labels}.",
});
