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
  says: "Cut {output.image} out of {input.image}.",
  phrases: ["crop", "cut out", "cut out part", "trim image", "zoom in on"],
  examples: ["Crop the photo to the cat.", "Cut the dog out of the picture."],
});
