/** The graphs that are measured: the same nodes, edges and durations for every contender, and in every run of the bench. */

export interface BenchNode {
  readonly id: string;
  /** Ids of nodes before this one in the list. */
  readonly after: readonly string[];
  /** How long the node's work takes, milliseconds. */
  readonly ms: number;
}

export interface BenchGraph {
  readonly name: string;
  readonly nodes: readonly BenchNode[];
}

/** Gives the next number, from 0 up to, but not including, 1. */
export type Random = () => number;

/** Milliseconds of the work of the next node. */
export type Duration = () => number;

/** The same numbers for the same seed. Mulberry32 (Tommy Ettinger, 2017). */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function uniform(from: number, to: number, random: Random): Duration {
  return () => from + Math.floor(random() * (to - from + 1));
}

/** One node after the other. */
export function chain(length: number, duration: Duration): BenchGraph {
  const nodes = Array.from({ length }, (_, index) => nodeOf(index, index === 0 ? [] : [index - 1], duration));
  return { name: `chain ${length}`, nodes };
}

/** One node, then many at once, then one that needs them all. */
export function fan(width: number, duration: Duration): BenchGraph {
  const middle = Array.from({ length: width }, (_, index) => index + 1);
  const nodes = [
    nodeOf(0, [], duration),
    ...middle.map((index) => nodeOf(index, [0], duration)),
    nodeOf(width + 1, middle, duration),
  ];
  return { name: `fan 1-${width}-1`, nodes };
}

/**
 * So many nodes on so many levels. Every node needs one of the level before its own, so that the levels are as deep as
 * they say, and up to two more of any earlier level.
 */
export function randomGraph(size: number, depth: number, random: Random, duration: Duration): BenchGraph {
  // One node for each level, the rest anywhere.
  const extra = Array.from({ length: size - depth }, () => Math.floor(random() * depth));
  const levels = [...Array(depth).keys(), ...extra].toSorted((a, b) => a - b);
  const pick = (from: readonly number[]): number => from[Math.floor(random() * from.length)] ?? 0;
  const indices = levels.map((_, index) => index);
  const nodes = levels.map((level, index) => {
    if (level === 0) return nodeOf(index, [], duration);
    const earlier = indices.filter((other) => (levels[other] ?? 0) < level);
    const before = earlier.filter((other) => levels[other] === level - 1);
    const more = Array.from({ length: Math.floor(random() * 3) }, () => pick(earlier));
    return nodeOf(index, [...new Set([pick(before), ...more])], duration);
  });
  return { name: `random ${size}`, nodes };
}

/** Milliseconds of the longest chain of dependencies: nothing can be faster. */
export function criticalPathMs({ nodes }: BenchGraph): number {
  const ends = new Map<string, number>();
  for (const { id, after, ms } of nodes) {
    ends.set(id, ms + Math.max(0, ...after.map((before) => ends.get(before) ?? 0)));
  }
  return Math.max(0, ...ends.values());
}

/** How many nodes the longest chain of dependencies has. */
export function depthOf(graph: BenchGraph): number {
  return criticalPathMs({ ...graph, nodes: graph.nodes.map((node) => ({ ...node, ms: 1 })) });
}

function nodeOf(index: number, after: readonly number[], duration: Duration): BenchNode {
  return { id: `n${index}`, after: after.map((before) => `n${before}`), ms: duration() };
}
