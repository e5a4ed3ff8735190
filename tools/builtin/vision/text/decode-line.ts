/** From the reader's output for one line to text: greedy CTC decoding (Graves et al., 2006). */

export interface ReadLine {
  readonly text: string;
  /** Mean probability of its characters, 0..1. */
  readonly score: number;
}

/**
 * The reader is shy of spaces between tight letters: it says "blank" with a little doubt. Measured on five pages and
 * screens, this much doubt is a space; it mended dozens of lost ones and made none up.
 */
const LIKELY_SPACE = 0.05;

/** @param probabilities `steps` rows of one probability per entry of `alphabet`, whose entry 0 is the blank */
export function decodeLine(probabilities: Float32Array, steps: number, alphabet: readonly string[]): ReadLine {
  const space = alphabet.lastIndexOf(" ");
  let text = "";
  let [sum, count, previous] = [0, 0, 0];
  for (let step = 0; step < steps; step++) {
    const row = probabilities.subarray(step * alphabet.length, (step + 1) * alphabet.length);
    const best = indexOfLargest(row);
    const isSpace = best === 0 && (row[space] ?? 0) >= LIKELY_SPACE;
    // The same character in a row is one character; a blank between them makes it two.
    if (isSpace) {
      text += " ";
    } else if (best !== 0 && best !== previous) {
      text += alphabet[best] ?? "";
      sum += row[best] ?? 0;
      count += 1;
    }
    previous = best;
  }
  return { text: tidy(text), score: count === 0 ? 0 : sum / count };
}

function indexOfLargest(row: Float32Array): number {
  let best = 0;
  for (let index = 1; index < row.length; index++) {
    if ((row[index] ?? 0) > (row[best] ?? 0)) best = index;
  }
  return best;
}

/** The reader knows Chinese too and at times takes a Latin bracket or comma for its full-width twin. */
function tidy(text: string): string {
  const narrow = /\p{Script=Han}/u.test(text)
    ? text
    : text.replace(/[\uFF01-\uFF5E]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
  return narrow.replace(/\s+/g, " ").trim();
}
