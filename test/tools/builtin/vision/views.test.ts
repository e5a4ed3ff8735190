/** What a sceptic would doubt: that a box comes back from a view to the very place that it had, flipped or not. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isCutOff,
  partViews,
  place,
  toPicture,
  wholeViews,
  type Size,
} from "../../../../tools/builtin/vision/views.ts";

const SIDE = 512;
const sizes = fc.record({ width: fc.integer({ min: 1, max: 5000 }), height: fc.integer({ min: 1, max: 5000 }) });
const allViews = (size: Size) => [...wholeViews(size), ...partViews(size, 0.6), ...partViews(size, 0.4)];

describe("views", () => {
  it("fit into their square, grey margin included", () => {
    fc.assert(
      fc.property(sizes, (size) => {
        for (const view of allViews(size)) {
          const { left, top, width, height } = place(view, SIDE);
          expect(Math.min(left, top)).toBeGreaterThan(0);
          expect(Math.max(left + width, top + height)).toBeLessThan(SIDE);
        }
      }),
    );
  });

  it("bring what fills the region back to the region", () => {
    fc.assert(
      fc.property(sizes, (size) => {
        for (const view of allViews(size)) {
          const { left, top, width, height } = place(view, SIDE);
          const [from, to] = [left / SIDE, (left + width) / SIDE];
          const [xmin, xmax] = view.flipped ? [1 - to, 1 - from] : [from, to];
          const box = toPicture({ xmin, xmax, ymin: top / SIDE, ymax: (top + height) / SIDE }, view, SIDE);
          for (const side of ["xmin", "ymin", "xmax", "ymax"] as const) {
            expect(box[side]).toBeCloseTo(view.region[side], 3);
          }
        }
      }),
    );
  });

  it("cover the whole picture in parts, each within it", () => {
    fc.assert(
      fc.property(sizes, fc.constantFrom(0.4, 0.6), fc.double({ min: 0, max: 1, noNaN: true }), (size, share, at) => {
        const parts = partViews(size, share);
        const [x, y] = [at * size.width, (1 - at) * size.height];
        expect(parts.some(({ region: r }) => r.xmin <= x && x <= r.xmax && r.ymin <= y && y <= r.ymax)).toBe(true);
        expect(
          parts.every(({ region: r }) => r.xmin >= 0 && r.ymin >= 0 && r.xmax <= size.width && r.ymax <= size.height),
        ).toBe(true);
        expect(parts.every(({ region: r }) => r.xmax > r.xmin && r.ymax > r.ymin)).toBe(true);
      }),
    );
  });

  it("know what the edge of a part cuts off, and that the picture's own edge cuts nothing", () => {
    const size = { width: 1000, height: 1000 };
    const part = partViews(size, 0.6)[0]!;
    expect(isCutOff({ xmin: 100, ymin: 100, xmax: 599, ymax: 300 }, part, size)).toBe(true);
    expect(isCutOff({ xmin: 0, ymin: 0, xmax: 300, ymax: 300 }, part, size)).toBe(false);
  });
});
