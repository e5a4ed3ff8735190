import { defineTask } from "../../src/registry/task-spec.ts";

export const zeroShotClassification = defineTask({
  id: "zero-shot-classification",
  title: "Zero-shot classification",
  description: "Sort a text into one of the categories that the request names.",
  inputs: {
    text: { type: "text", description: "The text.", slot: "passage" },
    labels: { type: "text", description: "The categories, comma separated.", slot: "labels" },
  },
  outputs: {
    labels: { type: "labels", description: "The categories, best first." },
    text: { type: "text", description: "The best category." },
  },
  says: "{input.text} is best sorted under: {output.labels}.",
  phrases: [
    "classify text",
    "sort text",
    "categorize text",
    "text about",
    "is it about",
    "which topic",
    "which category",
    "which of these",
    "topic of text",
    "decide whether",
    "assign label",
    "classify as",
  ],
  examples: ["Is this text about sports, politics or cooking?", "Which of these topics fits: economy, music, science?"],
});
