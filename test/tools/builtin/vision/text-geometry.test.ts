/** What a sceptic would doubt: rectangles at an angle, found in a map of probabilities and cut out straight. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutOut, type RgbPixels } from "../../../../tools/builtin/vision/text/cut-out.ts";
import { decodeLine } from "../../../../tools/builtin/vision/text/decode-line.ts";
import { boundsOf, convexHull, smallestRectangle } from "../../../../tools/builtin/vision/text/rotated-rectangle.ts";
import { findTextRegions } from "../../../../tools/builtin/vision/text/text-regions.ts";

const corners = (width: number, height: number, angle: number) =>
  [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([u = 0, v = 0]) => {
    const [x, y] = [(u * width) / 2, (v * height) / 2];
    return { x: 300 + x * Math.cos(angle) - y * Math.sin(angle), y: 200 + x * Math.sin(angle) + y * Math.cos(angle) };
  });

describe("smallest rectangle", () => {
  it("finds any rectangle again from its corners", () => {
    const sides = fc.integer({ min: 2, max: 300 });
    const angles = fc.double({ min: -0.78, max: 0.78, noNaN: true });
    fc.assert(
      fc.property(sides, sides, angles, (width, height, angle) => {
        const found = smallestRectangle(convexHull(corners(width, height, angle)))!;
        expect(found.width).toBeCloseTo(width, 6);
        expect(found.height).toBeCloseTo(height, 6);
        expect(found.angle).toBeCloseTo(angle, 6);
        expect(found.centre.x).toBeCloseTo(300, 6);
      }),
    );
  });

  it("holds all points, in less room than the upright box", () => {
    const points = fc.array(fc.record({ x: fc.integer({ min: 0, max: 99 }), y: fc.integer({ min: 0, max: 99 }) }), {
      minLength: 3,
      maxLength: 40,
    });
    fc.assert(
      fc.property(points, (cloud) => {
        const found = smallestRectangle(convexHull(cloud))!;
        const box = boundsOf(found);
        expect(cloud.every(({ x, y }) => x >= box.xmin - 1e-6 && x <= box.xmax + 1e-6 && y >= box.ymin - 1e-6)).toBe(
          true,
        );
        const upright =
          (Math.max(...cloud.map(({ x }) => x)) - Math.min(...cloud.map(({ x }) => x))) *
          (Math.max(...cloud.map(({ y }) => y)) - Math.min(...cloud.map(({ y }) => y)));
        expect(found.width * found.height).toBeLessThanOrEqual(upright + 1e-6);
      }),
    );
  });
});

describe("text regions", () => {
  it("finds two lines in a map, and not the faint one or the speck", () => {
    const [width, height] = [200, 100];
    const values = new Float32Array(width * height);
    const paint = (left: number, top: number, w: number, h: number, value: number) => {
      for (let y = top; y < top + h; y++) values.fill(value, y * width + left, y * width + left + w);
    };
    paint(20, 20, 100, 8, 0.9);
    paint(20, 50, 150, 8, 0.9);
    paint(20, 70, 150, 8, 0.35);
    paint(190, 5, 2, 2, 0.9);
    const regions = findTextRegions({ width, height, values }).map(boundsOf);
    expect(regions).toHaveLength(2);
    // The line is wider than its core, by the same on all sides.
    expect(regions[0]!.xmin).toBeLessThan(20);
    expect(20 - regions[0]!.xmin).toBeCloseTo(regions[0]!.xmax - 120, 6);
    expect(regions[0]!.ymin).toBeLessThan(20);
  });
});

describe("cutting out", () => {
  it("lays a turned piece flat", () => {
    const data = new Uint8Array(20 * 20 * 3);
    // A white dot right of the centre; turned by 90 degrees clockwise it is below it.
    data.fill(255, (10 * 20 + 15) * 3, (10 * 20 + 15) * 3 + 3);
    const source = { width: 20, height: 20, data };
    const brightest = ({ data: pixels, width }: RgbPixels) => {
      const index = Math.floor(pixels.indexOf(Math.max(...pixels)) / 3);
      return [index % width, Math.floor(index / width)];
    };
    const region = { centre: { x: 10, y: 10 }, width: 20, height: 20 };
    expect(brightest(cutOut(source, { ...region, angle: 0 }))).toEqual([15, 10]);
    expect(brightest(cutOut(source, { ...region, angle: -Math.PI / 2 }))).toEqual([9, 15]);
  });
});

describe("decoding a line", () => {
  it("drops blanks and repetitions, trusts a faint space, and scores the characters alone", () => {
    const alphabet = ["", "a", "b"];
    const steps = [
      [0.1, 0.9, 0],
      [0.2, 0.8, 0],
      [1, 0, 0],
      [0, 0.7, 0.3],
      [0, 0.5, 0.5 + 1e-3],
    ];
    const { text, score } = decodeLine(Float32Array.from(steps.flat()), steps.length, alphabet);
    expect(text).toBe("aab");
    expect(score).toBeCloseTo((0.9 + 0.7 + 0.501) / 3, 5);
    expect(decodeLine(Float32Array.from([0, 0.9, 0, 0.92, 0, 0.08, 0, 0.9, 0]), 3, ["", "a", " "])).toEqual({
      text: "a a",
      score: expect.closeTo(0.9, 5) as number,
    });
    expect(decodeLine(new Float32Array(0), 0, alphabet)).toEqual({ text: "", score: 0 });
  });
});
