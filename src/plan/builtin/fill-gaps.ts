/** "Rotate the first photo 90 degrees and the second 180 degrees": the second half leaves its verb out. */
import { ordinalOf, typeOfNoun } from "./lexicon.ts";
import { findMentions } from "./mentions.ts";
import type { Word } from "./read-request.ts";
import type { Clause } from "./clause.ts";

type Words = readonly Word[];

/** Gives halves without a verb that of the first, where each speaks of a thing of its own and says something of it. */
export function fillGaps(clauses: readonly Clause[]): Clause[] {
  return clauses.flatMap((clause) => (clause.kind === "request" && !clause.branch ? parted(clause) : [clause]));
}

function parted(clause: Clause): Clause[] {
  const { words } = clause;
  const [verb] = words;
  const at = words.findIndex(({ lower }, index) => index > 1 && lower === "and" && startsAnother(words, index + 1));
  if (!verb || at < 0) return [clause];
  const [first, second] = [words.slice(0, at), words.slice(at + 1)];
  if (!saysMore(first.slice(1)) || !saysMore(second)) return [clause];
  return [{ ...clause, words: first }, ...parted({ ...clause, words: [verb, ...second] })];
}

/** "the second ...", "the other one ...", "photo 2 ...", "b.png ...". */
function startsAnother(words: Words, at: number): boolean {
  const [word, next] = [words[at], words[at + 1]];
  if (word?.kind === "file" || (typeOfNoun.has(word?.lower ?? "") && next?.kind === "number")) return true;
  return word?.lower === "the" && (next?.lower === "other" || ordinalOf(next?.lower ?? "") !== undefined);
}

/** Whether something follows the thing that these words start with: what is to become of it. */
function saysMore(words: Words): boolean {
  const [mention] = findMentions(words);
  return mention?.from === 0 && words.slice(mention.to).some(({ kind }) => kind === "word" || kind === "number");
}
