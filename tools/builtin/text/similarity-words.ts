/** Similarity scores in words. */

/**
 * Lowest score of each band, from pairs of our own: of 12 paraphrases the lowest was 0.74, of 12 pairs about one
 * subject most lay between 0.3 and 0.55 (one at 0.72), of 12 unrelated pairs the highest was 0.15.
 */
const bands = [
  [0.73, "The two texts say much the same"],
  [0.55, "The two texts are closely related"],
  [0.2, "The two texts are about related things, but say different ones"],
  [-1, "The two texts have little to do with each other"],
] as const;

const NEGATION = /\b(?:not|no|never|nobody|nothing|none|neither|nor|without|hardly|cannot)\b|n['’]t\b/giu;

/** Whether two texts have the same words in the same order; case, white space and punctuation don't count. */
export function sameWords(text: string, other: string): boolean {
  return text === other || (wordsOf(text) !== "" && wordsOf(text) === wordsOf(other));
}

/** A sentence for people, with a warning where only one text is negated: the encoder hardly sees that. */
export function judgeSimilarity(score: number, text: string, other: string): string {
  const [, words] = bands.find(([lowest]) => score >= lowest) ?? bands[bands.length - 1] ?? [];
  const judgement = `${words} (similarity ${score.toFixed(2)} of 1).`;
  const negatedOnce = countNegations(text) % 2 !== countNegations(other) % 2;
  return negatedOnce && score >= 0.55
    ? `${judgement} But only one of them is negated, which the score does not see: they may say the opposite.`
    : judgement;
}

function countNegations(text: string): number {
  return text.match(NEGATION)?.length ?? 0;
}

function wordsOf(text: string): string {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  ).join(" ");
}
