import { defineTask } from "../../src/registry/task-spec.ts";

export const imageBlur = defineTask({
  id: "image-blur",
  title: "Blur",
  description: "Blur things that were found in a picture, for instance faces.",
  inputs: {
    image: { type: "image", description: "The picture." },
    boxes: { type: "boxes", description: "Where things are in the picture." },
    label: { type: "text", description: "Which of them; all of them if left out.", optional: true, slot: "label" },
  },
  outputs: {
    image: { type: "image", description: "The picture with those parts blurred." },
  },
  says: "Blurred {input.image} into {output.image}.",
  phrases: ["blur", "blur out", "pixelate", "anonymize", "obscure", "censor", "make unrecognizable", "hide"],
  examples: ["Blur the faces in this photo.", "Make the licence plate unreadable."],
});
