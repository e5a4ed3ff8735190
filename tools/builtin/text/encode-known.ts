import { TuttiError } from "../../../src/errors.ts";
import type { SentenceEncoder } from "./sentence-encoder.ts";
import { isZero } from "./vectors.ts";

/**
 * Vectors of texts that the encoder must know something of.
 * @throws TuttiError `bad-input` where it knows nothing of one: its vector would be the same for all such texts.
 */
export async function encodeKnown(
  encoder: SentenceEncoder,
  texts: readonly string[],
  signal?: AbortSignal,
): Promise<number[][]> {
  const vectors = await encoder.embed(texts, signal);
  for (const [index, vector] of vectors.entries()) requireKnown(texts[index] ?? "", vector);
  return vectors;
}

/** @throws TuttiError `bad-input` where the vector tells that the encoder knows nothing of the text */
export function requireKnown(text: string, vector: readonly number[]): void {
  if (!isZero(vector)) return;
  const start = text.slice(0, 40).toWellFormed();
  throw new TuttiError("bad-input", `The sentence encoder reads English only and knows no word of “${start}”.`);
}
