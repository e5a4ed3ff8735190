/** What a sceptic would doubt: that a vote over views drops what one view imagined and keeps what they agree on. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Detection } from "../../../../src/run/value.ts";
import { fuseBoxes } from "../../../../tools/builtin/vision/fuse-boxes.ts";
import { intersectionOverUnion } from "../../../../tools/builtin/vision/geometry.ts";
import { partViews, wholeViews, type View } from "../../../../tools/builtin/vision/views.ts";

const size = { width: 1000, height: 1000 };
const [first, second, third] = wholeViews(size) as [View, View, View];
const thing = (label: string, score: number, xmin: number, ymin: number, side: number): Detection => ({
  label,
  score,
  box: { xmin, ymin, xmax: xmin + side, ymax: ymin + side },
});

describe("fusing boxes", () => {
  it("averages what all views see, by score", () => {
    const [cup] = fuseBoxes([
      { view: first, detections: [thing("cup", 0.6, 100, 100, 200)] },
      { view: second, detections: [thing("cup", 0.3, 130, 100, 200)] },
      { view: third, detections: [thing("cup", 0.6, 100, 100, 200)] },
    ]);
    expect(cup).toMatchObject({ label: "cup", votes: 3, voters: 3 });
    expect(cup?.score).toBeCloseTo(0.5);
    expect(cup?.box.xmin).toBeCloseTo(106);
  });

  it("counts a view that should see a thing, and doesn't, against it", () => {
    const [clock] = fuseBoxes([
      { view: first, detections: [thing("clock", 0.6, 100, 100, 200)] },
      { view: second, detections: [] },
      { view: third, detections: [] },
    ]);
    expect(clock).toMatchObject({ votes: 1, voters: 3 });
    expect(clock?.score).toBeCloseTo(0.2);
  });

  it("does not hold it against a small thing that views of the whole can't see it", () => {
    const part = partViews(size, 0.3)[0]!;
    const [ball] = fuseBoxes([
      { view: first, detections: [] },
      { view: part, detections: [thing("sports ball", 0.7, 100, 100, 50)] },
    ]);
    expect(ball).toMatchObject({ score: 0.7, votes: 1, voters: 1 });
  });

  it("lets the surer of two names for one thing win", () => {
    const looks = [first, second, third].map((view) => ({
      view,
      detections: [thing("dog", 0.4, 100, 100, 500), thing("cat", 0.6, 105, 100, 500)],
    }));
    expect(fuseBoxes(looks).map(({ label }) => label)).toEqual(["cat"]);
  });

  it("keeps two things of one class that stand side by side", () => {
    const looks = [{ view: first, detections: [thing("cup", 0.6, 100, 100, 200), thing("cup", 0.5, 310, 100, 200)] }];
    expect(fuseBoxes(looks)).toHaveLength(2);
  });

  it("never gives two boxes of one class for one place, a score outside 0..1, or a worse order", () => {
    const detection = fc.record({
      label: fc.constantFrom("cup", "dog"),
      score: fc.double({ min: 0.01, max: 1, noNaN: true }),
      box: fc
        .tuple(fc.nat(800), fc.nat(800), fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 }))
        .map(([xmin, ymin, width, height]) => ({ xmin, ymin, xmax: xmin + width, ymax: ymin + height })),
    });
    fc.assert(
      fc.property(fc.array(fc.array(detection, { maxLength: 12 }), { minLength: 1, maxLength: 3 }), (views) => {
        const looks = views.map((detections, index) => ({ view: [first, second, third][index]!, detections }));
        const fused = fuseBoxes(looks);
        expect(fused.every(({ score }) => score > 0 && score <= 1 + 1e-9)).toBe(true);
        expect(fused.map(({ score }) => score)).toEqual(fused.map(({ score }) => score).toSorted((a, b) => b - a));
        const pairs = fused.flatMap((one, index) => fused.slice(index + 1).map((other) => [one, other] as const));
        const twins = pairs.filter(
          ([one, other]) => one.label === other.label && intersectionOverUnion(one.box, other.box) > 0.5,
        );
        expect(twins).toEqual([]);
      }),
    );
  });
});
