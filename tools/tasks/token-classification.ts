import { defineTask } from "../../src/registry/task-spec.ts";

export const tokenClassification = defineTask({
  id: "token-classification",
  title: "Named entities",
  description: "Find the people, places and organisations that a text names.",
  inputs: {
    text: { type: "text", description: "The text.", slot: "passage" },
  },
  outputs: {
    table: { type: "table", description: "entity, type, start, end (UTF-16 offsets)." },
    text: { type: "text", description: "The entities in words." },
  },
  examples: ["Which people and places does the text mention?"],
});
