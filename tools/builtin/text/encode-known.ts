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
  const unknown = vectors.findIndex(isZero);
  if (unknown === -1) return vectors;
  const start = (texts[unknown] ?? "").slice(0, 40).toWellFormed();
  throw new TuttiError("bad-input", `The sentence encoder reads English only and knows no word of “${start}”.`);
}
