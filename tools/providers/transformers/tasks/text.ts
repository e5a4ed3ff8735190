/** Shared by the tasks on texts. */
import type { PreTrainedTokenizer } from "@huggingface/transformers";
import { z } from "zod";
import { TuttiError } from "../../../../src/errors.ts";
import { requireText } from "../../../builtin/text/require-text.ts";
import { readInputs } from "../../../vlm/read-inputs.ts";
import type { ObtainedModel } from "../obtain-model.ts";
import type { Inputs } from "../runner.ts";

const textSchema = z.object({ text: z.string() });

/** @throws TuttiError `bad-input` for an empty one */
export function textOf(inputs: Inputs): string {
  return requireText(readInputs(textSchema, inputs).text);
}

const tokenizerSchema = z.object({ model_max_length: z.number().positive().catch(Infinity) });

/** Tokens that a model reads at most. */
export function longestInput(tokenizer: PreTrainedTokenizer, { config }: ObtainedModel): number {
  const { model_max_length: told } = tokenizerSchema.parse(tokenizer.config);
  return Math.min(told, config.max_position_embeddings ?? Infinity);
}

/** Rather than cut off what is too long, as the library does without a word. @throws TuttiError `bad-input` */
export function assertFits(tokenizer: PreTrainedTokenizer, model: ObtainedModel, ...texts: readonly string[]): void {
  const most = longestInput(tokenizer, model);
  const tokens = texts.reduce((sum, text) => sum + tokenizer.encode(text).length, 0);
  if (tokens <= most) return;
  const message = `The text is too long: ${tokens} tokens, and ${model.name} reads at most ${most}; send a part of it.`;
  throw new TuttiError("bad-input", message);
}
