/** What a vision-language model is to the tasks that it does: whoever writes text after text and pictures. */
import type { InputFile } from "../define-expert.ts";

/** Upright, 8-bit sRGB without transparency, no larger than the model takes it. */
export interface VlmPicture {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Rows from the top, three bytes for each pixel. */
  readonly rgb: Uint8Array;
  /** Before it was made smaller, pixels. */
  readonly original: { readonly width: number; readonly height: number };
  readonly file: InputFile;
}

export type VlmPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly picture: VlmPicture };

export interface VlmMessage {
  readonly role: "system" | "user" | "assistant";
  readonly parts: readonly VlmPart[];
}

export interface VlmRequest {
  readonly messages: readonly VlmMessage[];
  /** Of the answer. */
  readonly maxTokens: number;
  /** `high` where small print counts: more tokens and more time for each picture. */
  readonly detail: "low" | "high";
  readonly signal: AbortSignal;
}

export interface VlmLimits {
  /** Pictures of one request. */
  readonly pictures: number;
  /** Longest side of a picture, pixels. */
  readonly side: number;
  /** Of all pictures of one request together. */
  readonly pixels: number;
}

export interface VlmBackend {
  readonly limits: VlmLimits;
  /**
   * Pieces of the answer as they are written; all at once where the model does not stream. Whoever stops reading stops
   * the model.
   * @throws TuttiError (while it is read) `bad-input` for what is too long, `canceled` on abort, and the others of experts
   */
  readonly generate: (request: VlmRequest) => AsyncIterable<string>;
  /** Several at once, where that is cheaper: an answer or an error for each, in order. */
  readonly generateBatch?: (requests: readonly VlmRequest[]) => Promise<readonly (string | Error)[]>;
  /** Lets go of what it holds. */
  readonly close?: () => Promise<void>;
}
