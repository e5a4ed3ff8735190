import { defineTask } from "../../src/registry/task-spec.ts";

export const sentimentAnalysis = defineTask({
  id: "sentiment-analysis",
  title: "Sentiment analysis",
  description: "Say whether a text is positive, negative or neutral.",
  inputs: {
    text: { type: "text", description: "The text.", slot: "passage" },
  },
  outputs: {
    labels: { type: "labels", description: "positive, negative, neutral, best first." },
    text: { type: "text", description: "The judgement in words." },
  },
  examples: ["Is this review positive or negative?"],
});
