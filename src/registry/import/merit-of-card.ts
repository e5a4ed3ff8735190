/** Everybody's model and nobody's, as powers of ten. */
const MOST_DOWNLOADS = 7;
const MOST_LIKES = 4;
const LEAST = 0.3;
const SPAN = 0.4;

/**
 * What is expected of a model before it was ever called, 0.3 to 0.7:
 * `0.3 + 0.4 (0.7 min(1, log10(1 + downloads) / 7) + 0.3 min(1, log10(1 + likes) / 4))`.
 * By logarithms, since both are spread over seven powers of ten; no further, since what many take need not be good.
 */
export function meritOfCard({ downloads, likes }: { readonly downloads: number; readonly likes: number }): number {
  const popularity = 0.7 * share(downloads, MOST_DOWNLOADS) + 0.3 * share(likes, MOST_LIKES);
  return Math.round((LEAST + SPAN * popularity) * 1000) / 1000;
}

function share(amount: number, most: number): number {
  return Math.min(1, Math.log10(1 + amount) / most);
}
