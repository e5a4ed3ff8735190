import { defineTask } from "../../src/registry/task-spec.ts";

export const textGeneration = defineTask({
  id: "text-generation",
  title: "Text generation",
  description: "Write or continue a text.",
  inputs: {
    text: { type: "text", description: "The prompt.", slot: "passage" },
  },
  outputs: {
    text: { type: "text", description: "The text." },
  },
  examples: ["Write a short story about the sea."],
});
