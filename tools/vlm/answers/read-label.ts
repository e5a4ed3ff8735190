import { TuttiError } from "../../../src/errors.ts";
import { quoted } from "./read-yes-no.ts";

/**
 * Which of the labels an answer chooses: the one that it is, or else the only one that it names as words of their own.
 * Case and punctuation don't matter, and of "dog" and "hot dog" the longer one is meant.
 * @throws TuttiError `expert-failed` where it names none or several
 */
export function readLabel(answer: string, labels: readonly string[]): string {
  const said = plain(answer);
  const exact = labels.find((label) => plain(label) === said);
  if (exact !== undefined) return exact;
  let rest = ` ${said} `;
  const named = labels
    .toSorted((a, b) => b.length - a.length)
    .filter((label) => {
      const words = ` ${plain(label)} `;
      if (words.trim() === "" || !rest.includes(words)) return false;
      rest = rest.replaceAll(words, " | ");
      return true;
    });
  const [only] = named;
  if (only !== undefined && named.length === 1) return only;
  const fault = only === undefined ? "names none of them" : `names ${named.length} of them`;
  const list = labels.join(", ");
  throw new TuttiError("expert-failed", `The model was to choose one of ${list}; ${quoted(answer)} ${fault}.`);
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
