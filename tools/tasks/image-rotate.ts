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
  examples: ["Rotate the image by 90 degrees."],
});
