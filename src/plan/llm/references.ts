/** How a plan's text refers to things: `<image-1>`, `<t1.text>`, `<t1.images[0]>`, `<item>`. */

export interface WrittenReference {
  /** A handle, the id of a step, or `item`. */
  readonly name: string;
  readonly output?: string;
  readonly index?: number;
}

const inside = String.raw`([A-Za-z][A-Za-z0-9_-]*)(?:\.([^<>[\]\s.]+))?(?:\[(\d{1,4})\])?`;
const whole = new RegExp(`^<${inside}>$`);
const bare = new RegExp(`^${inside}$`);
const within = new RegExp(`<${inside}>`, "g");

const referenceOf = ([, name = "", output, index]: readonly (string | undefined)[]): WrittenReference => ({
  name,
  ...(output === undefined ? {} : { output }),
  ...(index === undefined ? {} : { index: Number(index) }),
});

/** The reference that a text is as a whole. */
export function readReference(text: string): WrittenReference | undefined {
  const found = whole.exec(text.trim());
  return found ? referenceOf(found) : undefined;
}

/** A reference that lacks its angle brackets. */
export function readBareReference(text: string): WrittenReference | undefined {
  const found = bare.exec(text.trim());
  return found ? referenceOf(found) : undefined;
}

/** A text as pieces: words, and what looks like a reference with how it was written. */
export function splitReferences(
  text: string,
): (string | { readonly reference: WrittenReference; readonly written: string })[] {
  const pieces: (string | { readonly reference: WrittenReference; readonly written: string })[] = [];
  let at = 0;
  for (const found of text.matchAll(within)) {
    if (found.index > at) pieces.push(text.slice(at, found.index));
    pieces.push({ reference: referenceOf(found), written: found[0] });
    at = found.index + found[0].length;
  }
  if (at < text.length) pieces.push(text.slice(at));
  return pieces;
}
