/** Tasks of one picture whose answer is free text. */
import { z } from "zod";
import { fileSchema, readInputs } from "../read-inputs.ts";
import { readText, requireWords, userMessage, type AskVlm } from "./vlm-task.ts";

const pictureSchema = z.object({ image: fileSchema });
const questionSchema = z.object({ image: fileSchema, question: z.string() });

export const askCaption: AskVlm = async (inputs, { prompts, loadPictures, maxTokens }) => {
  const { image } = readInputs(pictureSchema, inputs);
  const messages = [userMessage(await loadPictures([image]), prompts.caption.render({}))];
  return { messages, maxTokens, detail: "low", read: readText };
};

export const askQuestion: AskVlm = async (inputs, { prompts, loadPictures, maxTokens }) => {
  const { image, question } = readInputs(questionSchema, inputs);
  const text = prompts.question.render({ question: requireWords(question, "question") });
  return { messages: [userMessage(await loadPictures([image]), text)], maxTokens, detail: "low", read: readText };
};

/** In high detail: what is asked for may be printed small. */
export const askDocument: AskVlm = async (inputs, { prompts, loadPictures, maxTokens }) => {
  const { image, question } = readInputs(questionSchema, inputs);
  const text = prompts.document.render({ question: requireWords(question, "question") });
  return { messages: [userMessage(await loadPictures([image]), text)], maxTokens, detail: "high", read: readText };
};
