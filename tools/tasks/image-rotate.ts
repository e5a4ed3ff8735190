import { defineTask } from "../../src/registry/task-spec.ts";

export const imageRotate = defineTask({
  id: "image-rotate",
  title: "Rotate",
  description: "Turn a picture by an angle.",
  inputs: {
    image: { type: "image", description: "The picture." },
    angle: { type: "number", description: "Degrees clockwise; 90 if left out.", optional: true, slot: "angle" },
  },
  outputs: {
    image: { type: "image", description: "The turned picture." },
  },
  says: "Turned {input.image} into {output.image}.",
  phrases: [
    "rotate",
    "turn degrees",
    "turn upside down",
    "turn clockwise",
    "turn sideways",
    "degrees clockwise",
    "turn image",
  ],
  examples: ["Rotate the image by 90 degrees.", "Turn the photo upside down."],
});
