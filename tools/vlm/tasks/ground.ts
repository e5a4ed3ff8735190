/** Grounding: where the things are that words name. */
import { z } from "zod";
import { readBoxes } from "../answers/read-boxes.ts";
import { foundWords } from "../found-words.ts";
import { readLabels } from "../read-labels.ts";
import { fileSchema, readInputs } from "../read-inputs.ts";
import { userMessage, type AskVlm } from "./vlm-task.ts";

const inputsSchema = z.object({ image: fileSchema, labels: z.string().optional() });
const ANSWER_TOKENS = 1024;

const units = {
  thousandths: "All four are whole numbers from 0 to 1000: thousandths of the width and of the height of the image.",
  pixels: "All four are pixels of the image.",
} as const;

export const askWhere: AskVlm = async (inputs, { prompts, loadPictures, boxUnit }) => {
  const { image, labels: given } = readInputs(inputsSchema, inputs);
  const labels = given === undefined ? [] : readLabels(given);
  const pictures = await loadPictures([image]);
  const wanted = labels.length === 0 ? "all things that can be named" : labels.join(", ");
  const text = prompts.ground.render({ labels: wanted, unit: units[boxUnit] });
  const [picture] = pictures;
  const none = { width: 1, height: 1 };
  const scale = { unit: boxUnit, sent: picture ?? none, original: picture?.original ?? none };
  return {
    messages: [userMessage(pictures, text)],
    maxTokens: ANSWER_TOKENS,
    detail: "high",
    read: (answer) => {
      const boxes = readBoxes(answer, scale).map((box) => ({ ...box, label: nameOf(box.label, labels) }));
      return { boxes, count: boxes.length, text: foundWords(boxes, labels) };
    },
  };
};

/** As the request writes it, where the model only changed the case; of one label, it is clear which is meant. */
function nameOf(label: string, labels: readonly string[]): string {
  const [only = "thing"] = labels;
  if (label === "") return labels.length === 1 ? only : "thing";
  return labels.find((asked) => asked.toLowerCase() === label.toLowerCase()) ?? label;
}
