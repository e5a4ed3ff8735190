import { defineTask } from "../../src/registry/task-spec.ts";

export const zeroShotObjectDetection = defineTask({
  id: "zero-shot-object-detection",
  title: "Finding things by their names",
  description: "Find in a picture whatever the request names, and where it is.",
  inputs: {
    image: { type: "image", description: "The picture." },
    labels: { type: "text", description: "What to find, comma separated: a red hat, a dog.", slot: "labels" },
  },
  outputs: {
    boxes: { type: "boxes", description: "Each thing found, with its box in pixels." },
    count: { type: "number", description: "How many were found." },
    text: { type: "text", description: "What was found, in words: 2 dogs, 1 red hat.", noun: "list of objects" },
  },
  says: "In {input.image}: {output.text}.",
});
