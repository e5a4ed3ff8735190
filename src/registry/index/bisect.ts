/** A plane that parts vectors into two groups of neighbours: 2-means (Lloyd, 1982), begun with two that lie far apart. */

export interface Plane {
  readonly normal: Float32Array;
  /** Above are the vectors whose product with the normal is this or more. */
  readonly offset: number;
}

type Vector = Float32Array;

const ROUNDS = 4;
/** Of the smaller group, at least; else they are parted in the middle. */
const LEAST_SHARE = 0.2;

/** @returns undefined where there is none: vectors that are all alike */
export function bisect(vectors: readonly Vector[]): Plane | undefined {
  const first = farthest(vectors, meanOf(vectors));
  const second = first && farthest(vectors, first);
  if (!first || !second) return undefined;
  let plane = planeBetween(first, second);
  for (let round = 0; round < ROUNDS; round++) {
    const { above, below } = parted(vectors, plane);
    if (!above || !below) return undefined;
    plane = planeBetween(meanOf(above), meanOf(below));
  }
  const { above = [], below = [] } = parted(vectors, plane);
  if (Math.min(above.length, below.length) >= LEAST_SHARE * vectors.length) return plane;
  const places = vectors.map((vector) => dot(vector, plane.normal)).toSorted((a, b) => a - b);
  const halved = { normal: plane.normal, offset: places[places.length >> 1] ?? 0 };
  return parted(vectors, halved).below ? halved : undefined;
}

function parted(vectors: readonly Vector[], { normal, offset }: Plane) {
  return Object.groupBy(vectors, (vector) => (dot(vector, normal) >= offset ? "above" : "below"));
}

/** Of points that are as far from the one as from the other. */
function planeBetween(first: Vector, second: Vector): Plane {
  const normal = first.map((value, at) => value - (second[at] ?? 0));
  return { normal, offset: (dot(first, first) - dot(second, second)) / 2 };
}

function farthest(vectors: readonly Vector[], from: Vector): Vector | undefined {
  let [found, least]: [Vector | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const vector of vectors) {
    const closeness = 2 * dot(vector, from) - dot(vector, vector);
    if (closeness < least) [found, least] = [vector, closeness];
  }
  return found;
}

export function meanOf(vectors: readonly Vector[]): Vector {
  const mean = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) {
    for (let at = 0; at < mean.length; at++) mean[at] = (mean[at] ?? 0) + (vector[at] ?? 0) / vectors.length;
  }
  return mean;
}

export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
