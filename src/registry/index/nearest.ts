/** Cards by their vectors. */
import { blockOf, Cells, type Cell } from "./cells.ts";
import { packQuery, type PackedQuery, type PackedVector } from "./packed-vector.ts";
import { BLOCK, Rows } from "./rows.ts";
import { Top, type Scored } from "./top.ts";

export class Nearest {
  readonly #rows: Rows;
  /** Cells never mix tasks, so that a search in one never sees the others. */
  readonly #parts = new Map<string, Cells>();
  readonly #budget: number;

  /** @param budget vectors that one search compares, about */
  constructor(dimensions: number, budget: number) {
    this.#rows = new Rows(dimensions);
    this.#budget = budget;
  }

  /** @param slot that has none yet */
  add(slot: number, task: string, vector: PackedVector): void {
    const cells = this.#parts.get(task) ?? new Cells(this.#rows);
    this.#parts.set(task, cells);
    cells.add(slot, vector);
  }

  remove(slot: number, task: string): void {
    this.#parts.get(task)?.remove(slot);
  }

  /** The best first, with their cosines. */
  search(
    vector: ArrayLike<number>,
    { task, k }: { readonly task?: string | undefined; readonly k: number },
  ): readonly Scored[] {
    const query = packQuery(vector);
    if (!query || vector.length !== this.#rows.dimensions) return [];
    const parts = task === undefined ? [...this.#parts.values()] : [this.#parts.get(task)];
    const nearestFirst = parts
      .flatMap((cells) => (cells ? [...cells.cells()] : []))
      .map((cell) => ({ cell, closeness: closenessOf(cell, query) }))
      .toSorted((a, b) => b.closeness - a.closeness);
    const top = new Top(k);
    this.#rows.setQuery(query);
    let compared = 0;
    for (const { cell } of nearestFirst) {
      if (compared >= this.#budget) break;
      compared += cell.slots.length;
      this.#offer(cell, query, top);
    }
    return top.sorted();
  }

  /** @param moved the new slot of each, -1 for those that are gone */
  move(moved: Int32Array): void {
    for (const cells of this.#parts.values()) cells.move(moved);
  }

  #offer(cell: Cell, { scale }: PackedQuery, top: Top): void {
    for (let row = 0; row < cell.slots.length; row++) {
      const product = this.#rows.compare(blockOf(cell, row), row % BLOCK);
      top.offer(cell.slots[row] ?? 0, product * scale * (cell.scales[row] ?? 0));
    }
  }
}

/** To the middle of a cell. */
function closenessOf({ center }: Cell, { values }: PackedQuery): number {
  if (!center) return Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += (values[at] ?? 0) * (center.values[at] ?? 0);
  return sum * center.scale;
}
