/** How a task is put to a vision-language model, and how its answer becomes the outputs of the task. */
import { TuttiError } from "../../../src/errors.ts";
import type { InputFile } from "../../define-expert.ts";
import type { VlmMessage, VlmPart, VlmPicture, VlmRequest } from "../backend.ts";
import type { VlmPrompts } from "../prompts.ts";

export interface VlmQuestion extends Pick<VlmRequest, "messages" | "maxTokens" | "detail"> {
  /** @throws TuttiError `expert-failed` for an answer that is none */
  readonly read: (answer: string) => Readonly<Record<string, unknown>>;
}

export interface VlmTools {
  readonly prompts: VlmPrompts;
  /** Within the limits of the model. @throws TuttiError `bad-input` */
  readonly loadPictures: (files: readonly InputFile[]) => Promise<readonly VlmPicture[]>;
  /** What the numbers of boxes mean in the model's JSON. */
  readonly boxUnit: "thousandths" | "pixels";
  /** Of a free answer. */
  readonly maxTokens: number;
}

/** @throws TuttiError `bad-input` */
export type AskVlm = (inputs: Readonly<Record<string, unknown>>, tools: VlmTools) => Promise<VlmQuestion>;

/** The pictures first, as the models were trained. */
export function userMessage(pictures: readonly VlmPicture[], text: string): VlmMessage {
  const parts: VlmPart[] = pictures.map((picture) => ({ type: "image", picture }));
  return { role: "user", parts: text === "" ? parts : [...parts, { type: "text", text }] };
}

/** @throws TuttiError `bad-input` */
export function requireWords(text: string, what: string): string {
  const words = text.trim();
  if (words === "") throw new TuttiError("bad-input", `The ${what} is empty; write some words.`);
  return words;
}

/** A free answer, trimmed. @throws TuttiError `expert-failed` where there is none */
export function readText(answer: string): { readonly text: string } {
  const text = answer.trim();
  if (text === "") throw new TuttiError("expert-failed", "The model gave no answer.", { retryable: true });
  return { text };
}
