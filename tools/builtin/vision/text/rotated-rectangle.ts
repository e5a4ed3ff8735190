/** Rectangles at any angle. Pixels, x right, y down. */
import type { Box } from "../geometry.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** `width` runs along `angle` (radians, clockwise from the x axis), `height` across it. */
export interface RotatedRectangle {
  readonly centre: Point;
  readonly width: number;
  readonly height: number;
  readonly angle: number;
}

/** Convex hull (Andrew's monotone chain, 1979); fewer than three points are returned as they are. */
export function convexHull(points: readonly Point[]): Point[] {
  const sorted = points.toSorted((a, b) => a.x - b.x || a.y - b.y);
  if (sorted.length < 3) return sorted;
  const lower = halfHull(sorted);
  const upper = halfHull(sorted.toReversed());
  return [...lower.slice(0, -1), ...upper.slice(0, -1)];
}

function halfHull(sorted: readonly Point[]): Point[] {
  const hull: Point[] = [];
  for (const point of sorted) {
    for (;;) {
      const [last, before] = [hull.at(-1), hull.at(-2)];
      if (last === undefined || before === undefined || turns(before, last, point) > 0) break;
      hull.pop();
    }
    hull.push(point);
  }
  return hull;
}

function turns(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/**
 * The smallest rectangle around a convex hull: one of its sides lies along an edge of the hull (Freeman and Shapira,
 * 1975). Its width runs within 45 degrees of the x axis.
 */
export function smallestRectangle(hull: readonly Point[]): RotatedRectangle | undefined {
  let best: RotatedRectangle | undefined;
  for (const [index, from] of hull.entries()) {
    const to = hull[(index + 1) % hull.length] ?? from;
    const rectangle = boundsAlong(hull, Math.atan2(to.y - from.y, to.x - from.x));
    if (best === undefined || rectangle.width * rectangle.height < best.width * best.height) best = rectangle;
  }
  return best;
}

function boundsAlong(points: readonly Point[], edgeAngle: number): RotatedRectangle {
  // The four sides of a rectangle are as good as each other: take the one nearest to the x axis.
  const angle = edgeAngle - Math.round(edgeAngle / (Math.PI / 2)) * (Math.PI / 2);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const along = points.map(({ x, y }) => x * cos + y * sin);
  const across = points.map(({ x, y }) => y * cos - x * sin);
  const [left, right] = [Math.min(...along), Math.max(...along)];
  const [top, bottom] = [Math.min(...across), Math.max(...across)];
  const [u, v] = [(left + right) / 2, (top + bottom) / 2];
  return { centre: { x: u * cos - v * sin, y: u * sin + v * cos }, width: right - left, height: bottom - top, angle };
}

/** The upright box around a rectangle. */
export function boundsOf({ centre, width, height, angle }: RotatedRectangle): Box {
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  const [halfWidth, halfHeight] = [(width * cos + height * sin) / 2, (width * sin + height * cos) / 2];
  return {
    xmin: centre.x - halfWidth,
    ymin: centre.y - halfHeight,
    xmax: centre.x + halfWidth,
    ymax: centre.y + halfHeight,
  };
}
