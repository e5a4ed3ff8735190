import { defineTask } from "../../src/registry/task-spec.ts";

/** Has no phrases: whoever reads a request without a language model finds the narrower tasks. */
export const imageTextToText = defineTask({
  id: "image-text-to-text",
  title: "Instruction about pictures",
  description: "Follow a free instruction about one or several pictures, also as examples show it.",
  inputs: {
    images: { type: { list: "image" }, description: "The pictures that the instruction is about, in order." },
    text: { type: "text", description: "The instruction or question.", slot: "instruction" },
    style: {
      type: "text",
      description: "conversation, detailed description or complex reasoning; left out: as the instruction says.",
      optional: true,
    },
    exampleImages: { type: { list: "image" }, description: "Pictures of solved examples.", optional: true },
    examples: {
      type: "json",
      description:
        'What is right for each of the example pictures, in their order: ["zorp", {"question": "What is it?", "answer": "dax"}].',
      optional: true,
    },
  },
  outputs: {
    text: { type: "text", description: "The answer.", noun: "answer" },
  },
});
