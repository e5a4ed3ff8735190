/** Cuts a rotated rectangle out of a picture and lays it flat. */
import type { RotatedRectangle } from "./rotated-rectangle.ts";

/** RGB, 3 bytes per pixel, row by row. */
export interface RgbPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Bilinear; beyond the edge of the picture its outermost pixels go on. Same scale as the picture. */
export function cutOut(source: RgbPixels, { centre, width, height, angle }: RotatedRectangle): RgbPixels {
  const [columns, rows] = [Math.max(1, Math.round(width)), Math.max(1, Math.round(height))];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const data = new Uint8Array(columns * rows * 3);
  let target = 0;
  for (let row = 0; row < rows; row++) {
    const v = row + 0.5 - rows / 2;
    for (let column = 0; column < columns; column++) {
      const u = column + 0.5 - columns / 2;
      sample(source, centre.x + u * cos - v * sin - 0.5, centre.y + u * sin + v * cos - 0.5, data, target);
      target += 3;
    }
  }
  return { width: columns, height: rows, data };
}

function sample({ width, height, data }: RgbPixels, x: number, y: number, target: Uint8Array, at: number): void {
  const [fx, fy] = [clamp(x, width - 1), clamp(y, height - 1)];
  const [x0, y0] = [Math.floor(fx), Math.floor(fy)];
  const [x1, y1] = [Math.min(x0 + 1, width - 1), Math.min(y0 + 1, height - 1)];
  const [dx, dy] = [fx - x0, fy - y0];
  for (let channel = 0; channel < 3; channel++) {
    const value = (px: number, py: number) => data[(py * width + px) * 3 + channel] ?? 0;
    const top = value(x0, y0) * (1 - dx) + value(x1, y0) * dx;
    const bottom = value(x0, y1) * (1 - dx) + value(x1, y1) * dx;
    target[at + channel] = Math.round(top * (1 - dy) + bottom * dy);
  }
}

function clamp(value: number, highest: number): number {
  return Math.max(0, Math.min(value, highest));
}
