/** Vectors in a byte per number: the cosine of two of 512 numbers is off by about 0.001. */

export interface PackedVector {
  /** What a step is worth. */
  readonly scale: number;
  readonly values: Int8Array;
}

/** As it is compared with many: finer, since there is only one of it. */
export interface PackedQuery {
  readonly scale: number;
  readonly values: Int16Array;
}

const STEPS = 127;
/** So that a sum of 1024 products still fits into 31 bits. */
const QUERY_STEPS = 8191;

/** Undefined for a vector that stands for nothing: all zero, or not of numbers. */
export function packVector(vector: ArrayLike<number>): PackedVector | undefined {
  return pack(vector, STEPS, new Int8Array(vector.length));
}

export function packQuery(vector: ArrayLike<number>): PackedQuery | undefined {
  return pack(vector, QUERY_STEPS, new Int16Array(vector.length));
}

function pack<T extends Int8Array | Int16Array>(
  vector: ArrayLike<number>,
  steps: number,
  values: T,
): { readonly scale: number; readonly values: T } | undefined {
  let most = 0;
  for (let at = 0; at < vector.length; at++) {
    const size = Math.abs(vector[at] ?? 0);
    if (!Number.isFinite(size)) return undefined;
    if (size > most) most = size;
  }
  if (most === 0) return undefined;
  for (let at = 0; at < values.length; at++) values[at] = Math.round(((vector[at] ?? 0) / most) * steps);
  return { scale: most / steps, values };
}
