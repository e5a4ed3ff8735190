import { defineTask } from "../../src/registry/task-spec.ts";

export const imageToText = defineTask({
  id: "image-to-text",
  title: "Image captioning",
  description: "Describe a picture in a sentence.",
  inputs: {
    image: { type: "image", description: "The picture." },
  },
  outputs: {
    text: { type: "text", description: "The description." },
  },
  examples: ["Describe this photo.", "Write a caption for the picture."],
});
