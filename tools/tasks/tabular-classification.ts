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
  phrases: [
    "classify table",
    "table classification",
    "classify rows",
    "classify tabular data",
    "tabular",
    "classify data",
    "table",
  ],
  examples: ["Classify the rows of this table.", "Which category does each row of the table belong to?"],
});
