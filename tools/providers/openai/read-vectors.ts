/** The answer of an embeddings request -> a vector for each text, in order. Pure. */
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";

const vectorSchema = z.custom<number[]>(
  (value) => Array.isArray(value) && value.length > 0 && value.every((item) => Number.isFinite(item)),
);
const answerSchema = z.object({
  data: z.array(z.object({ index: z.int().min(0).optional(), embedding: z.unknown() })),
});

/** @throws TuttiError `expert-failed`, and `expert-unavailable` where the server does not make one vector of a text */
export function readVectors(answer: unknown, count: number, host: string): number[][] {
  const data = answerSchema.safeParse(answer).data?.data ?? [];
  if (data.length !== count) {
    throw new TuttiError("expert-failed", `${host} answers ${count} texts with ${data.length} vectors`);
  }
  const ordered = new Map(data.map(({ index, embedding }, at) => [index ?? at, embedding]));
  return Array.from({ length: count }, (_, at) => {
    if (ordered.has(at)) return readVector(ordered.get(at), host);
    throw new TuttiError("expert-failed", `${host} does not say which vector is of which text`);
  });
}

function readVector(embedding: unknown, host: string): number[] {
  const vector = vectorSchema.safeParse(embedding);
  if (vector.success) return vector.data;
  if (Array.isArray(embedding) && Array.isArray(embedding[0])) {
    const fix = "have it pool them (mean, cls or last)";
    throw new TuttiError("expert-unavailable", `${host} gives a vector for each token, not one for the text: ${fix}`);
  }
  throw new TuttiError("expert-failed", `${host} gives a vector that is no list of numbers`);
}
