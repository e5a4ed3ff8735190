/** Doubts: items are lost at the ends, doubled or out of order; more than asked for are kept. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { spread } from "../../../../tools/builtin/text/spread.ts";

it("keeps the first, the order and the number asked for, with gaps of nearly one size", () => {
  fc.assert(
    fc.property(fc.nat(500), fc.integer({ min: 1, max: 120 }), (length, most) => {
      const kept = spread(
        Array.from({ length }, (_, index) => index),
        most,
      );
      expect(kept).toHaveLength(Math.min(length, most));
      expect(kept[0]).toBe(length === 0 ? undefined : 0);
      const gaps = kept.slice(1).map((item, index) => item - (kept[index] ?? 0));
      expect(Math.min(1, ...gaps)).toBe(1);
      expect(Math.max(0, ...gaps) - Math.min(Infinity, ...gaps)).toBeLessThanOrEqual(1);
    }),
  );
});
