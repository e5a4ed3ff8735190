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
    text: { type: "text", description: "The answer.", noun: "answer" },
  },
  says: "{input.question} {output.text}",
  phrases: [
    "answer question about document",
    "question about document",
    "question document",
    "question document image",
    "ask document",
    "in document",
    "of document",
    "on invoice",
    "on receipt",
    "on form",
    "in contract",
    "in scanned page",
  ],
  examples: [
    "What is the total on this invoice?",
    "What is the main topic of the document?",
    "When is the payment due, according to the scanned letter?",
  ],
});
