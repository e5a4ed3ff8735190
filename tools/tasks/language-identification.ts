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
  examples: ["Which language is this?"],
});
