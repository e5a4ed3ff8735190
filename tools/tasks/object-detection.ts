import { defineTask } from "../../src/registry/task-spec.ts";

export const objectDetection = defineTask({
  id: "object-detection",
  title: "Object detection",
  description: "Find the things in a picture: what they are, where they are and how many there are.",
  inputs: {
    image: { type: "image", description: "The picture." },
    labels: {
      type: "text",
      description: "Keep only these classes, comma separated: person, face, dog.",
      optional: true,
      slot: "label",
    },
  },
  outputs: {
    boxes: { type: "boxes", description: "Each thing found, with its box in pixels." },
    count: { type: "number", description: "How many were found." },
    text: { type: "text", description: "What was found, in words: 2 cats, 1 dog." },
  },
  examples: ["What objects are in this picture?", "How many people are in the photo?", "Find all cars."],
});
