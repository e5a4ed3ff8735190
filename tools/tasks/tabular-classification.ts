import { defineTask } from "../../src/registry/task-spec.ts";

export const tabularClassification = defineTask({
  id: "tabular-classification",
  title: "Table classification",
  description: "Classify the rows of a table.",
  inputs: {
    table: { type: "image", description: "The table, as a picture." },
  },
  outputs: {
    text: { type: "text", description: "The classes." },
  },
  examples: ["Classify the rows of this table."],
});
