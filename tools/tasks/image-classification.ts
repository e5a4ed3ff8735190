import { defineTask } from "../../src/registry/task-spec.ts";

export const imageClassification = defineTask({
  id: "image-classification",
  title: "Image classification",
  description: "Say what kind of thing a picture shows.",
  inputs: {
    image: { type: "image", description: "The picture." },
  },
  outputs: {
    labels: { type: "labels", description: "Classes, best first." },
    text: { type: "text", description: "The best class, in words." },
  },
  says: "{input.image} is classified as {output.text}.",
  phrases: [
    "classify image",
    "classify object in image",
    "image classification",
    "classify",
    "class",
    "category",
    "class of image",
    "category of image",
    "category of object",
    "label or class",
    "label of image",
    "categorize image",
    "kind of image",
    "type of image",
    "what type of",
    "what kind of",
    "what breed",
    "recognize image",
    "identify image",
    "main subject",
  ],
  examples: [
    "Classify this image.",
    "What kind of animal is in the photo?",
    "Which class does this picture belong to?",
  ],
});
