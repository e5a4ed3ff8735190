/** Finding the name that somebody probably meant. */

/** Pairs of neighbouring letters, with word ends marked so that initials weigh in. */
function bigrams(name: string): string[] {
  const text = ` ${name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim()} `;
  return Array.from({ length: text.length - 1 }, (_, at) => text.slice(at, at + 2));
}

/** How alike two names are, 0..1: Dice's coefficient (L. R. Dice, 1945) over their bigrams. */
function likeness(a: string, b: string): number {
  const [left, right] = [bigrams(a), bigrams(b)];
  const rest = [...right];
  let common = 0;
  for (const pair of left) {
    const at = rest.indexOf(pair);
    if (at < 0) continue;
    rest.splice(at, 1);
    common += 1;
  }
  return (2 * common) / (left.length + right.length);
}

/** Below this, two names have no more in common than any two English words. */
const LEAST_LIKENESS = 0.3;

/** The names most like `name`, best first, at most `count`; empty where none is alike. */
export function nearestNames(name: string, names: readonly string[], count = 3): string[] {
  return names
    .map((candidate) => ({ candidate, score: likeness(name.slice(0, 100), candidate) }))
    .filter(({ score }) => score >= LEAST_LIKENESS)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}
