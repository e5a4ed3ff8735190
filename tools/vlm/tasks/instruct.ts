/**
 * Free instructions about one or several pictures. Examples go before them as turns of a conversation, each with its
 * picture, and the model follows what they show (Flamingo, Alayrac et al. 2022). Styles are those that LLaVA was taught
 * in (Liu et al. 2023).
 */
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";
import type { VlmMessage, VlmPicture } from "../backend.ts";
import type { VlmPrompts } from "../prompts.ts";
import { fileSchema, readInputs } from "../read-inputs.ts";
import { readText, requireWords, userMessage, type AskVlm } from "./vlm-task.ts";

const exampleSchema = z.union([
  z.string().transform((answer) => ({ question: undefined, answer })),
  z.object({ question: z.string().optional(), answer: z.string() }),
]);
type Example = z.infer<typeof exampleSchema>;

const inputsSchema = z.object({
  images: z.array(fileSchema),
  text: z.string(),
  style: z.string().optional(),
  exampleImages: z.array(fileSchema).optional(),
  examples: z.unknown().optional(),
});

const styles = {
  conversation: "conversation",
  "detailed description": "description",
  "complex reasoning": "reasoning",
} as const satisfies Record<string, keyof VlmPrompts>;

export const followInstruction: AskVlm = async (inputs, { prompts, loadPictures, maxTokens }) => {
  const { images, text, style, exampleImages = [], examples: given } = readInputs(inputsSchema, inputs);
  const words = requireWords(text, "instruction");
  const examples = readExamples(given, exampleImages.length);
  if (images.length === 0) throw new TuttiError("bad-input", "There is no picture to follow the instruction on.");
  // Together, so that they share one budget of pixels.
  const pictures = await loadPictures([...exampleImages, ...images]);
  const [shown, asked] = [pictures.slice(0, examples.length), pictures.slice(examples.length)];
  return {
    messages: [
      ...examples.flatMap((example, at) => exampleTurns(example, shown.slice(at, at + 1), words)),
      userMessage(asked, style === undefined ? words : inStyle(prompts, style, words)),
    ],
    maxTokens,
    detail: pictures.length === 1 ? "high" : "low",
    read: readText,
  };
};

function exampleTurns({ question, answer }: Example, pictures: readonly VlmPicture[], words: string): VlmMessage[] {
  return [userMessage(pictures, question ?? words), { role: "assistant", parts: [{ type: "text", text: answer }] }];
}

function readExamples(given: unknown, pictures: number): readonly Example[] {
  const parsed = z.array(exampleSchema).safeParse(given ?? []);
  const faults = parsed.success ? [] : parsed.error.issues.map(({ path }) => `examples.${path.join(".")}`);
  if (!parsed.success) {
    const form = 'a list of answers, or of {"question": "...", "answer": "..."}';
    throw new TuttiError("bad-input", `The examples must be ${form} (wrong: ${faults.slice(0, 3).join(", ")}).`);
  }
  if (parsed.data.length !== pictures) {
    const counts = `there are ${parsed.data.length} examples and ${pictures} pictures of examples`;
    throw new TuttiError("bad-input", `Each example needs its picture: ${counts}.`);
  }
  return parsed.data;
}

function inStyle(prompts: VlmPrompts, style: string, text: string): string {
  const name = style
    .trim()
    .toLowerCase()
    .replace(/[-_\s]+/g, " ");
  const known = Object.entries(styles).find(([one]) => one === name)?.[1];
  if (known !== undefined) return prompts[known].render({ text });
  throw new TuttiError("bad-input", `There is no style “${style}”; there are ${Object.keys(styles).join(", ")}.`);
}
