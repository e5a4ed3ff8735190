import { defineTask } from "../../src/registry/task-spec.ts";

export const textClassification = defineTask({
  id: "text-classification",
  title: "Text classification",
  description: "Sort a text into one of the classes that the expert was trained for.",
  inputs: {
    text: { type: "text", description: "The text.", slot: "passage" },
  },
  outputs: {
    labels: { type: "labels", description: "Classes, best first." },
    text: { type: "text", description: "The best class, in words." },
  },
  says: "{input.text} is classified as {output.text}.",
});
