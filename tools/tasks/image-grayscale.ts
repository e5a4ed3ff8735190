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
  says: "Made {input.image} black and white: {output.image}.",
  phrases: [
    "black and white",
    "bw",
    "b w",
    "grayscale",
    "greyscale",
    "grey scale",
    "gray",
    "monochrome",
    "desaturate",
    "remove color",
    "without color",
  ],
  examples: ["Make this photo black and white.", "Convert the picture to grayscale."],
});
