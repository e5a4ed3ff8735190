import { defineTask } from "../../src/registry/task-spec.ts";

export const languageIdentification = defineTask({
  id: "language-identification",
  title: "Language identification",
  description: "Say in which language a text is written.",
  inputs: {
    text: { type: "text", description: "The text.", slot: "passage" },
  },
  outputs: {
    labels: { type: "labels", description: "ISO 639-1 codes, best first." },
    text: { type: "text", description: "The language, in English." },
  },
  says: "The language of {input.text}: {output.text}",
  phrases: [
    "which language",
    "what language",
    "identify language",
    "detect language",
    "recognize language",
    "language of text",
    "language identification",
    "language is written",
  ],
  examples: ["Which language is this?", "In what language is the letter written?"],
});
