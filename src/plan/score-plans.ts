/**
 * Scores plans against reference graphs as TaskBench does (Y. Shen et al., "TaskBench", 2023): F1 of nodes and of links,
 * for each case, then averaged over cases.
 */

/** A graph by task names: nodes and links may repeat. */
export interface Graph {
  readonly nodes: readonly string[];
  readonly links: readonly (readonly [source: string, target: string])[];
}

export interface CaseScore {
  /** Shape of the reference: single, chain, dag. */
  readonly type: string;
  /** 0..1. */
  readonly nodeF1: number;
  /** 0..1. */
  readonly linkF1: number;
  /** Whether the nodes are exactly those of the reference. */
  readonly exact: boolean;
  /** Whether the plan passes every check. */
  readonly valid: boolean;
  readonly milliseconds: number;
}

export interface Summary {
  readonly cases: number;
  readonly nodeF1: number;
  readonly linkF1: number;
  readonly exact: number;
  readonly valid: number;
  readonly msPerRequest: number;
  readonly nodeF1Interval: readonly [low: number, high: number];
  readonly linkF1Interval: readonly [low: number, high: number];
}

/** F1 of two multisets; 1 where both are empty, 0 where only one is. */
export function multisetF1(found: readonly string[], wanted: readonly string[]): number {
  if (found.length === 0 && wanted.length === 0) return 1;
  const left = new Map<string, number>();
  for (const one of wanted) left.set(one, (left.get(one) ?? 0) + 1);
  let common = 0;
  for (const one of found) {
    const count = left.get(one) ?? 0;
    if (count === 0) continue;
    left.set(one, count - 1);
    common += 1;
  }
  return (2 * common) / (found.length + wanted.length);
}

/** Compares one plan with its reference. */
export function compareGraphs(found: Graph, wanted: Graph): Pick<CaseScore, "nodeF1" | "linkF1" | "exact"> {
  const linkNames = (links: Graph["links"]): string[] => links.map((link) => JSON.stringify(link));
  return {
    nodeF1: multisetF1(found.nodes, wanted.nodes),
    linkF1: multisetF1(linkNames(found.links), linkNames(wanted.links)),
    exact: found.nodes.toSorted().join("\n") === wanted.nodes.toSorted().join("\n"),
  };
}

/** Averages over cases; every number is 0 where there are none. */
export function summarize(scores: readonly CaseScore[]): Summary {
  const average = (value: (score: CaseScore) => number): number => mean(scores.map(value));
  return {
    cases: scores.length,
    nodeF1: average(({ nodeF1 }) => nodeF1),
    linkF1: average(({ linkF1 }) => linkF1),
    exact: average(({ exact }) => Number(exact)),
    valid: average(({ valid }) => Number(valid)),
    msPerRequest: average(({ milliseconds }) => milliseconds),
    nodeF1Interval: bootstrapInterval(scores.map(({ nodeF1 }) => nodeF1)),
    linkF1Interval: bootstrapInterval(scores.map(({ linkF1 }) => linkF1)),
  };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The middle 95 % of averages over samples drawn again (B. Efron, 1979); the same for the same values. */
export function bootstrapInterval(values: readonly number[], samples = 1000): [low: number, high: number] {
  if (values.length === 0) return [0, 0];
  const random = mulberry32(values.length);
  const averages = Array.from({ length: samples }, () =>
    mean(values.map(() => values[Math.floor(random() * values.length)] ?? 0)),
  ).toSorted((a, b) => a - b);
  const at = (share: number): number => averages[Math.min(samples - 1, Math.floor(share * samples))] ?? 0;
  return [at(0.025), at(0.975)];
}

/** Small seeded generator of numbers in [0, 1) (T. Ettinger, 2017). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
