/** Tokens that a call took, as servers tell them. */
import { z } from "zod";
import type { TokenUsage } from "../../../src/run/usage.ts";

const count = z.number().min(0).optional().catch(undefined);
const usageSchema = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  prompt_tokens_details: z.object({ cached_tokens: count }).optional().catch(undefined),
  // Of transcriptions and pictures.
  input_tokens: count,
  output_tokens: count,
  /** US dollars, which OpenRouter tells. */
  cost: count,
});
const answerSchema = z.object({ usage: usageSchema });

/** @returns undefined where the answer tells of none */
export function usageIn(answer: unknown): TokenUsage | undefined {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) return undefined;
  const { usage } = parsed.data;
  const told = {
    inputTokens: usage.prompt_tokens ?? usage.input_tokens,
    cachedTokens: usage.prompt_tokens_details?.cached_tokens,
    outputTokens: usage.completion_tokens ?? usage.output_tokens,
    cost: usage.cost,
  };
  return Object.values(told).some((value) => value !== undefined) ? told : undefined;
}
