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
  says: "Drew boxes on {input.image}: {output.image}.",
  phrases: [
    "annotate",
    "draw boxes",
    "draw bounding boxes",
    "draw box around",
    "draw rectangles",
    "put boxes around",
    "boxes around",
    "mark with boxes",
    "mark objects",
    "mark",
    "outline objects",
    "highlight",
    "outline",
    "point out",
    "circle",
    "show where",
  ],
  examples: ["Mark the objects in the picture with boxes.", "Draw a box around every dog."],
});
