import { defineTask } from "../../src/registry/task-spec.ts";

export const opticalCharacterRecognition = defineTask({
  id: "optical-character-recognition",
  title: "Text recognition",
  description: "Read the text that is printed or written in a picture.",
  inputs: {
    image: { type: "image", description: "The picture." },
  },
  outputs: {
    text: { type: "text", description: "The text, one line per line, in reading order." },
    boxes: { type: "boxes", description: "Each line of text with its box; the label is the text." },
  },
  examples: ["Read the text in this picture.", "What does the sign say?"],
});
