import { defineTask } from "../../src/registry/task-spec.ts";

export const imageToImage = defineTask({
  id: "image-to-image",
  title: "Image editing",
  description: "Change a picture as an instruction says.",
  inputs: {
    image: { type: "image", description: "The picture." },
    text: { type: "text", description: "What to change.", optional: true, slot: "instruction" },
  },
  outputs: {
    image: { type: "image", description: "The changed picture." },
  },
  examples: ["Make the car red."],
});
