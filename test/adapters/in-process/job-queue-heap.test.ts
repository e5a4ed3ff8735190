import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Heap, type HeapItem } from "../../../src/adapters/in-process/job-queue-heap.ts";

function sorted(items: readonly HeapItem[]): HeapItem[] {
  return items.toSorted((a, b) => a.order - b.order || a.sequence - b.sequence);
}

describe("heap", () => {
  it("is a sorted list, whatever is added and wherever something is taken out", () => {
    // More is added than taken out, so that it grows deep.
    const add = fc.constantFrom(true, true, false);
    const step = fc.record({ add, order: fc.integer({ min: 0, max: 99 }), pick: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: "max" }), (steps) => {
        const heap = new Heap<HeapItem>();
        let model: HeapItem[] = [];
        steps.forEach(({ add: adds, order, pick }, sequence) => {
          const chosen = model[pick % model.length];
          if (adds || chosen === undefined) {
            const item = { order, sequence, place: 0 };
            heap.add(item);
            model.push(item);
          } else {
            heap.remove(chosen);
            model = model.filter((item) => item !== chosen);
          }
          expect(heap.size).toBe(model.length);
          expect(heap.first).toBe(sorted(model)[0]);
        });
        for (const item of sorted(model)) {
          expect(heap.first).toBe(item);
          heap.remove(item);
        }
        expect(heap.first).toBeUndefined();
      }),
    );
  });
});
