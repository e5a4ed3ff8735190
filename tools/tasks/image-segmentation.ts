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
  examples: ["Segment the objects in this picture."],
});
