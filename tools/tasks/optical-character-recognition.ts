import { defineTask } from "../../src/registry/task-spec.ts";

export const opticalCharacterRecognition = defineTask({
  id: "optical-character-recognition",
  title: "Text recognition",
  description: "Read the text that is printed or written in a picture.",
  inputs: {
    image: { type: "image", description: "The picture." },
  },
  outputs: {
    text: { type: "text", description: "The text, one line per line, in reading order.", noun: "text" },
    boxes: { type: "boxes", description: "Each line of text with its box; the label is the text." },
  },
  says: "{input.image} reads: “{output.text}”",
  phrases: [
    "ocr",
    "optical character recognition",
    "read text in image",
    "what text",
    "text in image",
    "text on image",
    "extract text",
    "extract text from image",
    "recognize text",
    "text recognition",
    "text from image",
    "printed text",
    "handwriting",
    "what does sign say",
    "what does note say",
    "what is written",
    "written on",
    "read sign",
    "read label",
    "text written",
  ],
  examples: [
    "Read the text in this picture.",
    "What does the sign say?",
    "Type out the handwritten note.",
    "What is printed on the receipt, the letter or the page?",
    "Read the poster, the menu, the label, the screenshot.",
  ],
});
