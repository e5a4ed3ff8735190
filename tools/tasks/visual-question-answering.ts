import { defineTask } from "../../src/registry/task-spec.ts";

export const visualQuestionAnswering = defineTask({
  id: "visual-question-answering",
  title: "Visual question answering",
  description: "Answer a question about a picture.",
  inputs: {
    image: { type: "image", description: "The picture." },
    question: { type: "text", description: "The question.", slot: "question" },
  },
  outputs: {
    text: { type: "text", description: "The answer." },
  },
  examples: ["What colour is the car in the picture?"],
});
