import { defineTask } from "../../src/registry/task-spec.ts";

export const imageResize = defineTask({
  id: "image-resize",
  title: "Resize",
  description: "Change the size of a picture, keeping its proportions if one side is given.",
  inputs: {
    image: { type: "image", description: "The picture." },
    width: { type: "number", description: "Pixels, 1 to 10000.", optional: true, slot: "width" },
    height: { type: "number", description: "Pixels, 1 to 10000.", optional: true, slot: "height" },
  },
  outputs: {
    image: { type: "image", description: "The resized picture." },
  },
  says: "Resized {input.image} to {output.image}.",
  phrases: [
    "resize",
    "scale",
    "scale down",
    "scale up",
    "shrink",
    "downscale",
    "thumbnail",
    "pixels wide",
    "pixels high",
    "pixels tall",
    "change size",
    "make smaller",
    "make bigger",
    "make larger",
    "to width",
  ],
  examples: ["Resize the picture to 300 pixels wide.", "Make a small version of the photo, 64 by 64 pixels."],
});
