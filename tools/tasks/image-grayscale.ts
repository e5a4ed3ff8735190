import { defineTask } from "../../src/registry/task-spec.ts";

export const imageGrayscale = defineTask({
  id: "image-grayscale",
  title: "Grayscale",
  description: "Make a picture black and white.",
  inputs: {
    image: { type: "image", description: "The picture." },
  },
  outputs: {
    image: { type: "image", description: "The grayscale picture." },
  },
  examples: ["Make this photo black and white."],
});
