/** Arithmetic on embedding vectors. */

/** Dot product; of unit vectors the cosine of their angle, -1 to 1. */
export function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

/** Scaled to length 1; a zero vector stays zero. */
export function unit(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector);
  return length === 0 ? [...vector] : vector.map((value) => value / length);
}

/** The mean direction of some vectors, length 1. */
export function meanDirection(vectors: readonly (readonly number[])[]): number[] {
  const sum = [...(vectors[0] ?? [])];
  for (const vector of vectors.slice(1)) {
    for (let index = 0; index < sum.length; index += 1) sum[index] = (sum[index] ?? 0) + (vector[index] ?? 0);
  }
  return unit(sum);
}

export function isZero(vector: readonly number[]): boolean {
  return vector.every((value) => value === 0);
}

/** Turns scores into shares that add up to 1; a lower temperature makes the best stand out more. */
export function softmax(scores: readonly number[], temperature: number): number[] {
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp((score - highest) / temperature));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
