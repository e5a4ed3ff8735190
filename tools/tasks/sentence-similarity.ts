import { defineTask } from "../../src/registry/task-spec.ts";

export const sentenceSimilarity = defineTask({
  id: "sentence-similarity",
  title: "Sentence similarity",
  description: "Say how alike two texts are in meaning.",
  inputs: {
    text: { type: "text", description: "The one text.", slot: "passage" },
    other: { type: "text", description: "The other text.", slot: "passage" },
  },
  outputs: {
    score: { type: "number", description: "-1 to 1; 1 is the same meaning." },
    text: { type: "text", description: "The judgement in words." },
  },
  says: "{input.text} and {input.other}: {output.text} (similarity {output.score}).",
  phrases: [
    "similarity",
    "how similar",
    "similar",
    "compare texts",
    "compare sentences",
    "compare with",
    "compare",
    "how alike",
    "alike",
    "difference between",
    "same thing",
    "show same",
    "say same",
    "mean same",
    "in common",
    "identical",
    "agree",
    "contradict",
    "meaning alike",
    "how close in meaning",
    "check if similar",
  ],
  examples: [
    "How similar are these two sentences?",
    "Do both texts mean the same?",
    "Compare the answer with my own text.",
  ],
});
