/**
 * From a map of how likely each pixel is text to rectangles around lines of text: the post-processing of
 * Differentiable Binarization (Liao et al., 2020), which PP-OCR's detector is an instance of.
 */
import { convexHull, smallestRectangle, type Point, type RotatedRectangle } from "./rotated-rectangle.ts";

export interface ProbabilityMap {
  readonly width: number;
  readonly height: number;
  /** 0..1, row by row. */
  readonly values: Float32Array;
}

/** Probability from which a pixel counts as text. */
const PIXEL_IS_TEXT = 0.3;
/** Mean probability of a region's pixels. Low, since the reader's own score sorts out what is no text. */
const REGION_IS_TEXT = 0.4;
/** Pixels of the map. */
const THINNEST = 3;
/** The map shows the core of a line; area over perimeter times this is what is missing around it. */
const UNCLIP = 1.6;

export function findTextRegions(map: ProbabilityMap): RotatedRectangle[] {
  return connectedRegions(map)
    .filter(({ mean }) => mean >= REGION_IS_TEXT)
    .map(({ outline }) => smallestRectangle(convexHull(outline)))
    .filter((rectangle) => rectangle !== undefined)
    .filter(({ width, height }) => Math.min(width, height) >= THINNEST)
    .map(unclip);
}

function unclip({ centre, width, height, angle }: RotatedRectangle): RotatedRectangle {
  const missing = (width * height * UNCLIP) / (2 * (width + height));
  return { centre, width: width + 2 * missing, height: height + 2 * missing, angle };
}

interface Region {
  /** The outermost corners of each row. */
  readonly outline: Point[];
  readonly mean: number;
}

function connectedRegions({ width, height, values }: ProbabilityMap): Region[] {
  const seen = new Uint8Array(width * height);
  const isNew = (index: number) => seen[index] === 0 && (values[index] ?? 0) > PIXEL_IS_TEXT;
  const regions: Region[] = [];
  for (let start = 0; start < seen.length; start++) {
    if (!isNew(start)) continue;
    const rows = new Map<number, { left: number; right: number }>();
    const stack = [start];
    seen[start] = 1;
    let [sum, count] = [0, 0];
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
      const [x, y] = [index % width, Math.floor(index / width)];
      sum += values[index] ?? 0;
      count += 1;
      const row = rows.get(y);
      if (row === undefined) rows.set(y, { left: x, right: x });
      else [row.left, row.right] = [Math.min(row.left, x), Math.max(row.right, x)];
      const neighbours = [
        x > 0 ? index - 1 : -1,
        x < width - 1 ? index + 1 : -1,
        y > 0 ? index - width : -1,
        y < height - 1 ? index + width : -1,
      ];
      for (const neighbour of neighbours) {
        if (neighbour < 0 || !isNew(neighbour)) continue;
        seen[neighbour] = 1;
        stack.push(neighbour);
      }
    }
    regions.push({ outline: cornersOf(rows), mean: sum / count });
  }
  return regions;
}

function cornersOf(rows: ReadonlyMap<number, { left: number; right: number }>): Point[] {
  return [...rows].flatMap(([y, { left, right }]) => [
    { x: left, y },
    { x: right + 1, y },
    { x: left, y: y + 1 },
    { x: right + 1, y: y + 1 },
  ]);
}
