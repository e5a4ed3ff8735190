import { defineTask } from "../../src/registry/task-spec.ts";

export const imageToText = defineTask({
  id: "image-to-text",
  title: "Image captioning",
  description: "Describe a picture in a sentence.",
  inputs: {
    image: { type: "image", description: "The picture." },
  },
  outputs: {
    text: { type: "text", description: "The description.", noun: "description" },
  },
  says: "{input.image} shows: {output.text}",
  phrases: [
    "describe",
    "describe image",
    "description of image",
    "textual description",
    "text description of image",
    "caption",
    "caption image",
    "image captioning",
    "image to text",
    "image description",
    "what image shows",
    "what is shown",
    "what do you see",
    "what you see",
    "what is going on",
    "alt text",
    "what is in image",
    "content of image",
    "what is happening",
    "explain image",
    "look at image",
  ],
  examples: [
    "Describe this photo.",
    "Write a caption for the picture.",
    "What can you see in the image?",
    "Tell me what the scene shows.",
  ],
});
