/** Boxes and what they share. All in pixels of one picture, origin top left. */
import type { Detection } from "../../../src/run/value.ts";

export type Box = Detection["box"];

export function area({ xmin, ymin, xmax, ymax }: Box): number {
  return Math.max(0, xmax - xmin) * Math.max(0, ymax - ymin);
}

export function intersection(a: Box, b: Box): Box {
  return {
    xmin: Math.max(a.xmin, b.xmin),
    ymin: Math.max(a.ymin, b.ymin),
    xmax: Math.min(a.xmax, b.xmax),
    ymax: Math.min(a.ymax, b.ymax),
  };
}

/** Shared area over joint area, 0..1. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const shared = area(intersection(a, b));
  return shared === 0 ? 0 : shared / (area(a) + area(b) - shared);
}

/** Which part of `inner` lies in `outer`, 0..1. */
export function shareInside(inner: Box, outer: Box): number {
  const whole = area(inner);
  return whole === 0 ? 0 : area(intersection(inner, outer)) / whole;
}

export function longerSide({ xmin, ymin, xmax, ymax }: Box): number {
  return Math.max(xmax - xmin, ymax - ymin);
}

/** The smallest box around all of them; at least one must be given. */
export function unionOf(boxes: readonly Box[]): Box {
  return {
    xmin: Math.min(...boxes.map(({ xmin }) => xmin)),
    ymin: Math.min(...boxes.map(({ ymin }) => ymin)),
    xmax: Math.max(...boxes.map(({ xmax }) => xmax)),
    ymax: Math.max(...boxes.map(({ ymax }) => ymax)),
  };
}
