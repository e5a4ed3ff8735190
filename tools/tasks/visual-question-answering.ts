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
    text: { type: "text", description: "The answer.", noun: "answer" },
  },
  says: "{input.question} {output.text}",
  phrases: [
    "visual question answering",
    "answer question about image",
    "question about image",
    "question image",
    "visual question",
    "what color is",
    "what is person doing",
  ],
  examples: [
    "What colour is the car in the picture?",
    "What is the man in the photo holding?",
    "Answer my question about the image.",
  ],
});
