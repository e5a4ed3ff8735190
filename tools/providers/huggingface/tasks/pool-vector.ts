import { TuttiError } from "../../../../src/errors.ts";

/** Deeper than a batch of texts of tokens of numbers is nothing that stands for a text. */
const MAX_DEPTH = 3;

/**
 * One vector of unit length: a model answers with it, or, where it does not pool, with one for each token, whose mean is
 * taken (as sentence-transformers does where a model says nothing else).
 * @throws TuttiError `expert-failed`
 */
export function poolVector(given: unknown): number[] {
  const rows = rowsOf(given, 0);
  const [first] = rows;
  if (!first || first.length === 0 || rows.some((row) => row.length !== first.length)) throw noVector();
  const sums = first.map((_, at) => rows.reduce((sum, row) => sum + (row[at] ?? 0), 0));
  const length = Math.hypot(...sums);
  if (!Number.isFinite(length) || length === 0) throw noVector();
  return sums.map((sum) => sum / length);
}

/** The innermost lists. */
function rowsOf(given: unknown, depth: number): number[][] {
  if (!Array.isArray(given) || depth === MAX_DEPTH) throw noVector();
  const numbers = given.filter((item): item is number => typeof item === "number");
  if (numbers.length === given.length) return [numbers];
  return given.flatMap((item: unknown) => rowsOf(item, depth + 1));
}

function noVector(): TuttiError {
  return new TuttiError("expert-failed", "the answer holds no vector");
}
