import { defineTask } from "../../src/registry/task-spec.ts";

export const imageSegmentation = defineTask({
  id: "image-segmentation",
  title: "Image segmentation",
  description: "Divide a picture into its parts, each with a mask.",
  inputs: {
    image: { type: "image", description: "The picture." },
  },
  outputs: {
    image: { type: "image", description: "The picture with its segments coloured." },
  },
  phrases: [
    "segment",
    "segmentation",
    "segment image",
    "segment objects",
    "divide image",
    "divide into segments",
    "split image into parts",
    "separate objects",
    "separate from background",
    "mask",
    "masks",
    "image regions",
    "outline of each object",
  ],
  examples: ["Segment the objects in this picture.", "Separate the person from the background."],
});
