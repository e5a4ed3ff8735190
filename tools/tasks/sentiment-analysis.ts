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
  says: "The tone of {input.text}: {output.text}",
  phrases: [
    "sentiment",
    "positive or negative",
    "negative or positive",
    "is positive",
    "is negative",
    "sounds positive",
    "sounds negative",
    "good or bad",
    "happy or sad",
    "sound happy",
    "mood of text",
    "tone of text",
    "opinion of writer",
    "how author feels",
    "how writer feels",
    "polarity",
  ],
  examples: [
    "Is this review positive or negative?",
    "What is the sentiment of the message?",
    "Does the writer sound happy?",
  ],
});
