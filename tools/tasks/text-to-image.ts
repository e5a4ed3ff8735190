import { defineTask } from "../../src/registry/task-spec.ts";

export const textToImage = defineTask({
  id: "text-to-image",
  title: "Image generation",
  description: "Make a picture from a description.",
  inputs: {
    text: { type: "text", description: "What the picture should show.", slot: "passage" },
  },
  outputs: {
    image: { type: "image", description: "The picture." },
  },
  examples: ["Draw a lighthouse at night."],
});
