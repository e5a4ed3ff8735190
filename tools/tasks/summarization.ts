import { defineTask } from "../../src/registry/task-spec.ts";

export const summarization = defineTask({
  id: "summarization",
  title: "Summary",
  description: "Make a text shorter, keeping what matters.",
  inputs: {
    text: { type: "text", description: "The text.", slot: "passage" },
  },
  outputs: {
    text: { type: "text", description: "The summary.", noun: "summary" },
  },
  says: "Summary of {input.text}: {output.text}",
  phrases: [
    "summarize",
    "summary",
    "sum up",
    "tldr",
    "tl dr",
    "summarized",
    "shorten text",
    "shorter version",
    "short version",
    "brief version",
    "main points",
    "key points",
    "important points",
    "most important information",
    "key information",
    "condense",
    "gist",
    "overview of text",
  ],
  examples: ["Summarize this article.", "Give me the main points of the report.", "Make the text shorter."],
});
