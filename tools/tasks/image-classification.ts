import { defineTask } from "../../src/registry/task-spec.ts";

export const imageClassification = defineTask({
  id: "image-classification",
  title: "Image classification",
  description: "Say what kind of thing a picture shows.",
  inputs: {
    image: { type: "image", description: "The picture." },
  },
  outputs: {
    labels: { type: "labels", description: "Classes, best first." },
    text: { type: "text", description: "The best class, in words." },
  },
  examples: ["Classify this image."],
});
