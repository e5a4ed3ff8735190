import type { TokenUsage } from "../run/usage.ts";
import type { AssetId } from "../run/value.ts";

/** A JSON Schema (draft 2020-12): what an answer must look like. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export type ModelPart =
  | { readonly type: "text"; readonly text: string }
  /** A picture, already small enough for a model. */
  | { readonly type: "image"; readonly mediaType: string; readonly bytes: Uint8Array; readonly asset?: AssetId };

export interface ModelMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string | readonly ModelPart[];
}

export interface ModelCall {
  readonly messages: readonly ModelMessage[];
  /** The answer is JSON of this shape: enforced where the model can be made to, asked for where it can't. */
  readonly schema?: JsonSchema | undefined;
  /** Tokens of the answer at most. */
  readonly maxTokens?: number | undefined;
  /** 0 (always the same) to 2. @default 0 */
  readonly temperature?: number | undefined;
  readonly signal: AbortSignal;
}

/** `cachedTokens` are those of the input that were not computed anew; `cost` is in US dollars, where the provider tells. */
export type ModelUsage = TokenUsage;

/** The answer as it comes. `usage` comes last, once, where the model tells it. */
export type ModelChunk =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "usage"; readonly usage: ModelUsage };

export interface LanguageModel {
  /** Recorded in runs: `openai:gpt-5-mini`. Never holds a secret. */
  readonly name: string;
  readonly seesImages: boolean;
  /** Tokens of prompt and answer together; undefined where nobody knows. */
  readonly contextTokens?: number | undefined;
  /**
   * @throws TuttiError `llm-auth`, `llm-quota`, `llm-context-length`, `llm-refused`, `llm-malformed`, `llm-unavailable`,
   *   `timeout`, or `canceled` on abort; retries of what may pass have been made by then
   */
  stream(call: ModelCall): AsyncIterable<ModelChunk>;
  close(): Promise<void>;
}
