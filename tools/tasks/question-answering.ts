import { defineTask } from "../../src/registry/task-spec.ts";

export const questionAnswering = defineTask({
  id: "question-answering",
  title: "Question answering",
  description: "Answer a question from a given text.",
  inputs: {
    context: { type: "text", description: "The text that holds the answer.", slot: "passage" },
    question: { type: "text", description: "The question.", slot: "question" },
  },
  outputs: {
    text: { type: "text", description: "The answer.", noun: "answer" },
  },
  says: "{input.question} {output.text}",
  phrases: [
    "answer question",
    "question answering",
    "find answer",
    "answer from text",
    "according to text",
    "answer based on text",
  ],
  examples: [
    "Who wrote the letter, according to this text?",
    "Find the answer to my question in the article.",
    "When was the bridge built? Use the passage.",
  ],
});
