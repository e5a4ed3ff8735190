/**
 * Puts pieces of text in the order in which people read: rows from top to bottom, columns one after the other.
 * In the manner of a recursive XY cut (Nagy and Seth, 1984), but a gap makes columns only between blocks that look
 * like columns of prose: a price belongs to its item.
 */
import { unionOf, type Box } from "../geometry.ts";

interface Placed {
  readonly box: Box;
}

/** Lines of a column, and their width in line heights, from which it is taken for one. */
const COLUMN_LINES = 2;
const COLUMN_WIDTH = 6;
/** Columns under a heading are looked for in pages of up to this many rows, as all runs of rows are tried. */
const MOST_ROWS = 100;

/** @returns rows in reading order, each with its pieces from left to right */
export function readingOrder<Piece extends Placed>(pieces: readonly Piece[]): Piece[][] {
  if (pieces.length === 0) return [];
  const rows = groupRows(pieces);
  const columns = splitColumns(pieces);
  if (columns !== undefined) return columns.flatMap((column) => readingOrder(column));
  const block = findColumns(rows);
  if (block === undefined) return rows;
  const { from, to } = block;
  return [rows.slice(0, from), rows.slice(from, to), rows.slice(to)].flatMap((part) => readingOrder(part.flat()));
}

/** The longest run of rows that is set in columns: a heading above or a footer below hides that it is. */
function findColumns(rows: readonly (readonly Placed[])[]): { from: number; to: number } | undefined {
  if (rows.length > MOST_ROWS) return undefined;
  for (let length = rows.length - 1; length >= COLUMN_LINES; length--) {
    for (let from = 0; from + length <= rows.length; from++) {
      const to = from + length;
      if (splitColumns(rows.slice(from, to).flat()) !== undefined) return { from, to };
    }
  }
  return undefined;
}

function groupRows<Piece extends Placed>(pieces: readonly Piece[]): Piece[][] {
  const rows: Piece[][] = [];
  for (const piece of pieces.toSorted((a, b) => middle(a) - middle(b))) {
    const row = rows.at(-1);
    const anchor = row?.[0];
    const together =
      anchor !== undefined &&
      Math.abs(middle(piece) - middle(anchor)) < Math.min(lineHeight(piece), lineHeight(anchor)) / 2;
    if (row !== undefined && together) row.push(piece);
    else rows.push([piece]);
  }
  return rows.map((row) => row.toSorted((a, b) => a.box.xmin - b.box.xmin));
}

/** Two parts with an empty strip between them from top to bottom; undefined where there is none. */
function splitColumns<Piece extends Placed>(pieces: readonly Piece[]): [Piece[], Piece[]] | undefined {
  const gap = median(pieces.map(lineHeight));
  const sorted = pieces.toSorted((a, b) => a.box.xmin - b.box.xmin);
  let reach = -Infinity;
  for (const [index, piece] of sorted.entries()) {
    if (index > 0 && piece.box.xmin - reach > gap) {
      const [left, right] = [sorted.slice(0, index), sorted.slice(index)];
      if (isColumn(left) && isColumn(right) && areBeside(left, right)) return [left, right];
    }
    reach = Math.max(reach, piece.box.xmax);
  }
  return undefined;
}

function isColumn(pieces: readonly Placed[]): boolean {
  const shape = pieces.map(({ box }) => (box.xmax - box.xmin) / (box.ymax - box.ymin));
  return groupRows(pieces).length >= COLUMN_LINES && median(shape) >= COLUMN_WIDTH;
}

function areBeside(left: readonly Placed[], right: readonly Placed[]): boolean {
  const [a, b] = [unionOf(left.map(({ box }) => box)), unionOf(right.map(({ box }) => box))];
  return Math.min(a.ymax, b.ymax) > Math.max(a.ymin, b.ymin);
}

function middle({ box }: Placed): number {
  return (box.ymin + box.ymax) / 2;
}

function lineHeight({ box }: Placed): number {
  return box.ymax - box.ymin;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
