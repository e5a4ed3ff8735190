/** Choosing the sentences that carry a text, from their vectors. Pure. */
import { dot } from "./vectors.ts";

/** Pairs of sentences less alike than this are not counted as linked: unrelated pairs measured at most 0.15. */
const LINK = 0.2;
const DAMPING = 0.85;
const ROUNDS = 50;
/** What a sentence gains for standing at the start, where texts tend to say what they are about. */
const LEAD_BONUS = 0.5;
/** Sentences until the bonus has fallen to about a third. */
const LEAD_LENGTH = 1;
/** Share of a sentence's own weight against its newness in maximal marginal relevance. */
const RELEVANCE = 0.5;

/**
 * The places of the `count` best sentences, in the order of the text. LexRank with continuous weights (Erkan & Radev
 * 2004) gives their weight, raised at the start of the text; maximal marginal relevance (Carbonell & Goldstein 1998)
 * passes over what is said already.
 */
export function chooseSentences(vectors: readonly (readonly number[])[], count: number): number[] {
  const likeness = vectors.map((a) => vectors.map((b) => Math.max(0, dot(a, b))));
  const weights = normalised(
    lexRank(likeness).map((rank, place) => rank * (1 + LEAD_BONUS * Math.exp(-place / LEAD_LENGTH))),
  );
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, vectors.length)) {
    let best = -1;
    let bestGain = -Infinity;
    for (const [place, weight] of weights.entries()) {
      if (chosen.includes(place)) continue;
      const saidAlready = Math.max(0, ...chosen.map((other) => likeness[place]?.[other] ?? 0));
      const gain = RELEVANCE * weight - (1 - RELEVANCE) * saidAlready;
      if (gain > bestGain) [best, bestGain] = [place, gain];
    }
    chosen.push(best);
  }
  return chosen.toSorted((a, b) => a - b);
}

/** Share of time that a random walk along the links spends at each sentence; adds up to 1. */
function lexRank(likeness: readonly (readonly number[])[]): number[] {
  const size = likeness.length;
  const links = likeness.map((row, from) => row.map((value, to) => (from !== to && value >= LINK ? value : 0)));
  const degrees = links.map((row) => row.reduce((sum, value) => sum + value, 0));
  let ranks = links.map(() => 1 / size);
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = links.map(() => (1 - DAMPING) / size);
    let loose = 0;
    for (const [from, row] of links.entries()) {
      const rank = ranks[from] ?? 0;
      const degree = degrees[from] ?? 0;
      // A sentence without links passes its share to all.
      if (degree === 0) loose += rank;
      else for (const [to, value] of row.entries()) next[to] = (next[to] ?? 0) + (DAMPING * rank * value) / degree;
    }
    ranks = next.map((rank) => rank + (DAMPING * loose) / size);
  }
  return ranks;
}

/** Highest 1. */
function normalised(values: readonly number[]): number[] {
  const highest = Math.max(...values);
  return values.map((value) => value / highest);
}
