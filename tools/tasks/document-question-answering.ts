import { defineTask } from "../../src/registry/task-spec.ts";

export const documentQuestionAnswering = defineTask({
  id: "document-question-answering",
  title: "Document question answering",
  description: "Answer a question about a picture of a document.",
  inputs: {
    image: { type: "image", description: "The picture of the document." },
    question: { type: "text", description: "The question.", slot: "question" },
  },
  outputs: {
    text: { type: "text", description: "The answer." },
  },
  examples: ["What is the total on this invoice?"],
});
