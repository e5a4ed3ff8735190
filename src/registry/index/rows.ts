/** Packed vectors in blocks of rows that lie side by side, in a memory where many are compared with one query. */
import type { PackedQuery, PackedVector } from "./packed-vector.ts";
import { dotIn, type Dot } from "./simd-dot.ts";

/** Rows of a block. */
export const BLOCK = 256;
const PAGE = 65_536;
/** Bytes at the start, for the query. */
const RESERVED = PAGE;

/** Where a block begins. */
export type Block = number;

export class Rows {
  readonly dimensions: number;
  /** Bytes of a row: whole eights, the rest zero. */
  readonly #stride: number;
  readonly #memory = new WebAssembly.Memory({ initial: RESERVED / PAGE });
  readonly #dot: Dot = dotIn(this.#memory);
  readonly #free: Block[] = [];
  #end = RESERVED;
  #bytes = new Int8Array(this.#memory.buffer);

  /** @param dimensions at most 1024 */
  constructor(dimensions: number) {
    this.dimensions = dimensions;
    this.#stride = Math.ceil(dimensions / 8) * 8;
  }

  take(): Block {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const begin = this.#end;
    this.#end += BLOCK * this.#stride;
    if (this.#end > this.#bytes.length) {
      // In large steps: each costs milliseconds.
      const more = Math.max(this.#end - this.#bytes.length, this.#bytes.length / 4);
      this.#memory.grow(Math.ceil(more / PAGE));
      this.#bytes = new Int8Array(this.#memory.buffer);
    }
    return begin;
  }

  /** Of a block that is no longer used. */
  give(block: Block): void {
    this.#free.push(block);
  }

  write(block: Block, row: number, values: Int8Array): void {
    const start = block + row * this.#stride;
    this.#bytes.fill(0, start, start + this.#stride);
    this.#bytes.set(values.subarray(0, this.dimensions), start);
  }

  /** A view, void when a block is taken. */
  read(block: Block, row: number): Int8Array {
    const start = block + row * this.#stride;
    return this.#bytes.subarray(start, start + this.dimensions);
  }

  /** For the comparisons that follow. */
  setQuery({ values }: PackedQuery): void {
    const place = new Int16Array(this.#memory.buffer, 0, this.#stride);
    place.fill(0);
    place.set(values.subarray(0, this.dimensions));
  }

  /** The product with the query, in steps of both. */
  compare(block: Block, row: number): number {
    const start = block + row * this.#stride;
    return this.#dot(0, start, start + this.#stride);
  }

  /** The product with another vector. */
  project(block: Block, row: number, vector: Float32Array): number {
    const start = block + row * this.#stride;
    let sum = 0;
    for (let at = 0; at < vector.length; at++) sum += (vector[at] ?? 0) * (this.#bytes[start + at] ?? 0);
    return sum;
  }
}

export function unpacked({ scale, values }: PackedVector): Float32Array {
  const vector = new Float32Array(values.length);
  for (let at = 0; at < vector.length; at++) vector[at] = (values[at] ?? 0) * scale;
  return vector;
}
