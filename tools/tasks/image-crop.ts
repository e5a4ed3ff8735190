import { defineTask } from "../../src/registry/task-spec.ts";

export const imageCrop = defineTask({
  id: "image-crop",
  title: "Crop",
  description: "Cut out a part of a picture: around a thing that was found in it.",
  inputs: {
    image: { type: "image", description: "The picture." },
    boxes: { type: "boxes", description: "Where things are in the picture." },
    label: { type: "text", description: "Which of them; all of them if left out.", optional: true, slot: "label" },
  },
  outputs: {
    image: { type: "image", description: "The part that was cut out." },
  },
  examples: ["Crop the photo to the cat."],
});
