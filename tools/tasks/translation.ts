import { defineTask } from "../../src/registry/task-spec.ts";

export const translation = defineTask({
  id: "translation",
  title: "Translation",
  description: "Translate a text into another language.",
  inputs: {
    text: { type: "text", description: "The text.", slot: "passage" },
    language: { type: "text", description: "The language to translate into.", optional: true, slot: "language" },
  },
  outputs: {
    text: { type: "text", description: "The translation.", noun: "translation" },
  },
  says: "Translation of {input.text}: {output.text}",
  phrases: ["translate", "translation", "translated", "put into another language"],
  examples: ["Translate this into French.", "What is this in English?", "Give me the Spanish version of the text."],
});
