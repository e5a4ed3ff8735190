/** Parts and joins clauses by what they ask for, where grammar alone can't tell. */
import type { Catalogue } from "./catalogue.ts";
import { emptyWords, lightVerbs } from "./lexicon.ts";
import { bestByWording } from "./match.ts";
import type { Word } from "./read-request.ts";
import type { Clause } from "./clause.ts";

/** How well each half must name a task of its own. */
const LEAST_HALF = 0.8;

/** What these lead in is worked with, and is nothing that is asked for. */
const sourcing = /^(?:based|using|according|given|from|with|between|against)$/;

/**
 * Splits clauses at an "and" on whose sides different tasks are named ("a summary and the sentiment of this review"),
 * and joins to its clause a "by ..." that names no task of its own ("edit the photo by adding a hat").
 */
export function regroup(clauses: readonly Clause[], catalogue: Catalogue): Clause[] {
  return joinMeans(clauses, catalogue).flatMap((clause) =>
    clause.kind === "context" || clause.branch === "if" ? [clause] : split(clause, catalogue),
  );
}

function joinMeans(clauses: readonly Clause[], catalogue: Catalogue): Clause[] {
  return clauses.reduce<Clause[]>((done, clause) => {
    const means = done.at(-1);
    if (!means?.isMeans || namesTask(means.words, catalogue)) return [...done, clause];
    return [...done.slice(0, -1), { ...clause, words: [...clause.words, ...means.words] }];
  }, []);
}

function namesTask(words: readonly Word[], catalogue: Catalogue): boolean {
  const best = bestByWording(words, catalogue);
  return best !== undefined && best.value >= LEAST_HALF && best.evidence[0] === 0;
}

function split(clause: Clause, catalogue: Catalogue): Clause[] {
  const { words } = clause;
  const end = words.findIndex(({ lower }) => sourcing.test(lower));
  for (const [at, { lower, text }] of words.slice(0, end < 0 ? words.length : end).entries()) {
    if (lower !== "and" && text !== ",") continue;
    const [first, second] = [words.slice(0, at), words.slice(at + 1)];
    if (!namesTwo(first, second, catalogue)) continue;
    const whole = bestByWording(words, catalogue)?.evidence ?? [];
    const together = whole.some((place) => place < at) && whole.some((place) => place > at);
    if (!together) return [{ ...clause, words: first }, ...split({ ...clause, words: second }, catalogue)];
  }
  return [clause];
}

function namesTwo(first: readonly Word[], second: readonly Word[], catalogue: Catalogue): boolean {
  const [left, right] = [bestByWording(first, catalogue), bestByWording(second, catalogue)];
  if (!left || !right || left.profile === right.profile) return false;
  // "and segmented image" speaks of an image; the task must be what the second half starts with.
  const head = second.findIndex(
    ({ kind, lower }) => kind === "word" && !emptyWords.has(lower) && !lightVerbs.has(lower),
  );
  const leads = right.evidence[0] === head && second[head]?.lower.endsWith("ed") !== true;
  return left.value >= LEAST_HALF && right.value >= LEAST_HALF && leads;
}
