import type { AIMessageChunk } from "@langchain/core/messages";
import { z } from "zod";
import { TuttiError } from "../../errors.ts";
import { createJsonText, isJson } from "../../llm/json-text.ts";
import { isRecord } from "../../llm/adapt-schema.ts";
import type { JsonSchema, ModelUsage } from "../../ports/language-model.ts";

export interface Answer {
  /** The text to hand on of a chunk; empty where it has none. */
  take(chunk: AIMessageChunk): string;
  /** @throws TuttiError `llm-refused`, `llm-malformed`, or `llm-unavailable` where the stream broke off */
  finish(): ModelUsage | undefined;
}

const REFUSALS =
  /^(?:content_filter|refusal|SAFETY|RECITATION|BLOCKLIST|PROHIBITED_CONTENT|SPII|IMAGE_SAFETY|LANGUAGE|guardrail_intervened)$/iu;
const CUTS = /^(?:length|max_tokens|MAX_TOKENS|model_context_window_exceeded|maxTokens)$/u;

/** Follows one answer through its chunks: text or a tool's arguments, why it ended, what it cost. */
export function followAnswer(name: string, schema: JsonSchema | undefined, alwaysSaysWhy: boolean): Answer {
  // A server may ignore the schema and wrap the JSON in words; scalars can't be told from words.
  const unwrap = schema !== undefined && wantsContainer(schema) ? createJsonText() : undefined;
  let text = "";
  let ending: string | undefined;
  let usage: ModelUsage | undefined;

  return {
    take(chunk) {
      ending = endingOf(chunk) ?? ending;
      usage = addUsage(usage, chunk);
      const raw = chunk.text + (chunk.tool_call_chunks ?? []).map(({ args }) => args ?? "").join("");
      const piece = unwrap === undefined ? raw : unwrap(raw);
      text += piece;
      return piece;
    },
    finish() {
      if (ending !== undefined && REFUSALS.test(ending)) throw refused(name, `it stopped with ${ending}`);
      const cut = ending !== undefined && CUTS.test(ending);
      if (text.trim() === "" && !cut) throw refused(name, "it gave an empty answer, as it does for what it declines");
      if (alwaysSaysWhy && ending === undefined) {
        throw new TuttiError("llm-unavailable", `${name}: the answer broke off; try again`, { retryable: true });
      }
      if (schema !== undefined && !isJson(text)) {
        const why = cut
          ? "it was cut off at the limit of tokens; allow more"
          : "take a model that follows schemas better, or ask for less";
        throw new TuttiError("llm-malformed", `${name}: the answer is not the JSON that was asked for; ${why}`);
      }
      return usage;
    },
  };
}

function refused(name: string, why: string): TuttiError {
  return new TuttiError("llm-refused", `${name}: the model declined to answer: ${why}`);
}

function wantsContainer(schema: JsonSchema): boolean {
  return schema["type"] === "object" || schema["type"] === "array" || isRecord(schema["properties"]);
}

/** Every package keeps the provider's own word at another place. */
function endingOf(chunk: AIMessageChunk): string | undefined {
  const places: unknown[] = [
    chunk.response_metadata["finish_reason"],
    chunk.response_metadata["finishReason"],
    chunk.response_metadata["done_reason"],
    chunk.additional_kwargs["stop_reason"],
  ];
  return places.find((value): value is string => typeof value === "string" && value !== "");
}

const usageSchema = z.object({
  input_tokens: z.number(),
  output_tokens: z.number(),
  input_token_details: z.object({ cache_read: z.number().optional().catch(undefined) }).optional(),
});

/** Counts come in parts that add up; what was cached is told again with each part. */
function addUsage(before: ModelUsage | undefined, chunk: AIMessageChunk): ModelUsage | undefined {
  const told: unknown = chunk.response_metadata["usage"];
  const cost = isRecord(told) && typeof told["cost"] === "number" ? told["cost"] : before?.cost;
  // Parsed, because LangChain's types for it come to nothing under exactOptionalPropertyTypes.
  const now = chunk.usage_metadata === undefined ? undefined : usageSchema.safeParse(chunk.usage_metadata).data;
  if (now === undefined) return before;
  return {
    inputTokens: (before?.inputTokens ?? 0) + now.input_tokens,
    outputTokens: (before?.outputTokens ?? 0) + now.output_tokens,
    cachedTokens: greatest(before?.cachedTokens, now.input_token_details?.cache_read),
    cost,
  };
}

function greatest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : Math.max(a, b ?? 0);
}
