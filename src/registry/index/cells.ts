/**
 * Vectors in cells of neighbours, of which a search reads the nearest (inverted lists: Jégou, Douze and Schmid, "Product
 * quantization for nearest neighbor search", 2011). A cell that is full is split by its own vectors (bisecting k-means:
 * Steinbach, Karypis and Kumar, 2000), so that nothing is ever built anew.
 */
import { bisect, dot, meanOf, type Plane } from "./bisect.ts";
import { packVector, type PackedVector } from "./packed-vector.ts";
import { BLOCK, unpacked, type Block, type Rows } from "./rows.ts";

export interface Cell {
  /** Whose vectors they are, by row. */
  readonly slots: number[];
  readonly scales: number[];
  /** Rows of the first block come first. */
  readonly blocks: Block[];
  /** The mean direction; undefined where there is none. */
  center: PackedVector | undefined;
  /** More, and it is split. */
  limit: number;
}

interface Fork {
  readonly plane: Plane;
  readonly above: Branch;
  readonly below: Branch;
}

interface Branch {
  content: Cell | Fork;
}

export class Cells {
  readonly #rows: Rows;
  readonly #root: Branch = { content: emptyCell() };
  /** By slot. */
  readonly #cellOf = new Map<number, Cell>();

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  add(slot: number, vector: PackedVector): void {
    let branch = this.#root;
    const values = unpacked(vector);
    while ("plane" in branch.content) {
      const { plane, above, below } = branch.content;
      branch = dot(values, plane.normal) >= plane.offset ? above : below;
    }
    const cell = branch.content;
    this.#append(cell, slot, vector);
    const count = cell.slots.length;
    // The mean hardly moves any more, the more there are.
    if ((count & (count - 1)) === 0) cell.center = packVector(meanOf(this.#vectors(cell)));
    if (count > cell.limit) this.#split(branch, cell);
  }

  remove(slot: number): void {
    const cell = this.#cellOf.get(slot);
    if (!cell) return;
    this.#cellOf.delete(slot);
    const last = cell.slots.length - 1;
    const row = cell.slots.indexOf(slot);
    const [moved, scale] = [cell.slots.pop(), cell.scales.pop()];
    if (row < last && moved !== undefined && scale !== undefined) {
      this.#rows.write(blockOf(cell, row), row % BLOCK, this.#rows.read(blockOf(cell, last), last % BLOCK));
      cell.slots[row] = moved;
      cell.scales[row] = scale;
    }
    if (last % BLOCK === 0) this.#rows.give(cell.blocks.pop() ?? 0);
  }

  /** Where cards have other slots now. @param moved the new slot of each */
  move(moved: Int32Array): void {
    this.#cellOf.clear();
    for (const cell of this.cells()) {
      for (const [row, slot] of cell.slots.entries()) {
        const to = moved[slot] ?? -1;
        cell.slots[row] = to;
        this.#cellOf.set(to, cell);
      }
    }
  }

  *cells(branch: Branch = this.#root): Generator<Cell> {
    const { content } = branch;
    if ("plane" in content) {
      yield* this.cells(content.above);
      yield* this.cells(content.below);
    } else yield content;
  }

  #append(cell: Cell, slot: number, { scale, values }: PackedVector): void {
    const row = cell.slots.push(slot) - 1;
    cell.scales.push(scale);
    if (row % BLOCK === 0) cell.blocks.push(this.#rows.take());
    this.#rows.write(blockOf(cell, row), row % BLOCK, values);
    this.#cellOf.set(slot, cell);
  }

  #packed(cell: Cell, row: number): PackedVector {
    return { scale: cell.scales[row] ?? 0, values: this.#rows.read(blockOf(cell, row), row % BLOCK) };
  }

  #vectors(cell: Cell): Float32Array[] {
    return cell.slots.map((_, row) => unpacked(this.#packed(cell, row)));
  }

  #split(branch: Branch, cell: Cell): void {
    const vectors = this.#vectors(cell);
    const plane = bisect(vectors);
    if (!plane) {
      // All alike: no plane parts them.
      cell.limit *= 2;
      return;
    }
    const [above, below] = [emptyCell(), emptyCell()];
    for (const [row, slot] of cell.slots.entries()) {
      const isAbove = dot(vectors[row] ?? new Float32Array(), plane.normal) >= plane.offset;
      const { scale, values } = this.#packed(cell, row);
      // A copy: the view is void when a block is taken.
      this.#append(isAbove ? above : below, slot, { scale, values: values.slice() });
    }
    for (const half of [above, below]) {
      half.center = packVector(meanOf(this.#vectors(half)));
      half.limit = Math.max(half.limit, half.slots.length);
    }
    for (const block of cell.blocks) this.#rows.give(block);
    branch.content = { plane, above: { content: above }, below: { content: below } };
  }
}

/** Of a row of a cell. */
export function blockOf({ blocks }: Cell, row: number): Block {
  return blocks[Math.floor(row / BLOCK)] ?? 0;
}

function emptyCell(): Cell {
  return { slots: [], scales: [], blocks: [], center: undefined, limit: BLOCK };
}
