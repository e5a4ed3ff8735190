/** Which script a text is written in. */

/** Whether at least half of the letters are Latin; undefined for a text without letters. */
export function isMostlyLatin(text: string): boolean | undefined {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return letters === 0 ? undefined : latin * 2 >= letters;
}
