import { defineTask } from "../../src/registry/task-spec.ts";

export const summarization = defineTask({
  id: "summarization",
  title: "Summary",
  description: "Make a text shorter, keeping what matters.",
  inputs: {
    text: { type: "text", description: "The text.", slot: "passage" },
  },
  outputs: {
    text: { type: "text", description: "The summary." },
  },
  examples: ["Summarize this article."],
});
