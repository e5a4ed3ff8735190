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
  phrases: [
    "generate image",
    "create image",
    "make image",
    "produce image",
    "new image",
    "image from text",
    "text to image",
    "image generation",
    "draw",
    "draw image",
    "paint",
    "illustrate",
    "illustration",
    "illustration of",
    "artwork",
    "visualize",
    "turn description into image",
    "design poster",
    "obtain image",
  ],
  examples: [
    "Draw a lighthouse at night.",
    "Create an image of a castle in the mountains.",
    "Generate a picture from this description.",
  ],
});
