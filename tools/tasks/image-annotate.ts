import { defineTask } from "../../src/registry/task-spec.ts";

export const imageAnnotate = defineTask({
  id: "image-annotate",
  title: "Annotate",
  description: "Draw boxes with their labels on a picture.",
  inputs: {
    image: { type: "image", description: "The picture." },
    boxes: { type: "boxes", description: "What to draw." },
  },
  outputs: {
    image: { type: "image", description: "The picture with the boxes drawn on it." },
  },
  examples: ["Mark the objects in the picture with boxes."],
});
