/** Models write citations in many ways: `[t1, t2]`, `[node t1]`, `[t1.text]`. Pure. */

/** Writes each of them as `[t1]`, where all that stands in the brackets are ids. */
export function tidyMarkers(text: string, isId: (id: string) => boolean): string {
  return text.replaceAll(/\[([^[\]\n]{1,300})\]/gu, (found, inside: string) => {
    const ids = inside
      .split(/[\s,;]+/u)
      .filter((piece) => !/^(?:nodes?|steps?|and|&|)$/iu.test(piece))
      .map((piece) => (isId(piece) ? piece : piece.replace(/\.\w+$/u, "")));
    return ids.length > 0 && ids.every(isId) ? ids.map((id) => `[${id}]`).join("") : found;
  });
}
