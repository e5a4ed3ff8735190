/** A sceptic would doubt the arithmetic behind the tables. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { idealLatencies, poissonArrivals } from "./arrivals.ts";
import { seededRandom } from "./graphs.ts";
import { atLeast, atMost } from "./measurement.ts";
import { countsBetween } from "./redis-commands.ts";
import { percentile, summarise } from "./statistics.ts";
import { isMet, renderReport } from "./table.ts";

const device = { max: 16, callMs: (items: number) => 20 + 2 * items };
const same = (text: string): string => text;
const plain = { bold: same, dim: same, good: same, bad: same };

it("knows medians and percentiles", () => {
  expect(summarise([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(summarise([4, 1, 2, 3]).median).toBe(2.5);
  expect(percentile([10, 20, 30, 40, 50], 99)).toBeCloseTo(49.6);
  expect(percentile([], 50)).toBeNaN();
});

it("gives percentiles between the least and the largest, rising", () => {
  const samples = fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1 });
  fc.assert(
    fc.property(samples, fc.nat(100), fc.nat(100), (values, one, other) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      expect(percentile(values, low)).toBeLessThanOrEqual(percentile(values, high) + 1e-9);
      expect(percentile(values, 0)).toBe(Math.min(...values));
      expect(percentile(values, 100)).toBe(Math.max(...values));
    }),
  );
});

it("lets items arrive at the rate that was asked for", () => {
  const arrivals = poissonArrivals(200, 60_000, seededRandom(1));
  expect(Math.abs(arrivals.length - 12_000)).toBeLessThan(400);
  expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
});

it("knows what a device makes of arrivals at best", () => {
  expect(idealLatencies([0], device)).toEqual([22]);
  // The second and third come while the first is worked on, and go together.
  expect(idealLatencies([0, 5, 10], device)).toEqual([22, 41, 36]);
  // Seventeen at once: the last one has a call of its own.
  const latencies = idealLatencies(
    Array.from({ length: 17 }, () => 0),
    device,
  );
  expect(latencies.slice(0, 16)).toEqual(Array.from({ length: 16 }, () => 52));
  expect(latencies.at(-1)).toBe(74);
});

it("counts what Redis did in between", () => {
  const before = new Map([["get", { calls: 5, us: 10 }]]);
  const after = new Map([
    ["get", { calls: 7, us: 16 }],
    ["set", { calls: 9, us: 20 }],
    ["del", { calls: 0, us: 0 }],
  ]);
  expect(countsBetween(before, after)).toEqual([
    ["set", { calls: 9, us: 20 }],
    ["get", { calls: 2, us: 6 }],
  ]);
});

it("marks what meets its target by its median, and what misses it", () => {
  const cell = { row: "r", column: "c", unit: "ratio" as const };
  expect(isMet({ ...cell, samples: [1, 1.02, 9], target: atMost(1.02) })).toBe(true);
  expect(isMet({ ...cell, samples: [0.4, 0.6, 0.4], target: atLeast(0.5) })).toBe(false);
  expect(isMet({ ...cell, samples: [1] })).toBeUndefined();
});

it("draws tables whose columns are aligned", () => {
  const measurements = [
    { row: "a", column: "one", unit: "ms" as const, samples: [1, 2, 3], target: atMost(5) },
    { row: "longer", column: "two", unit: "per second" as const, samples: [12_345] },
  ];
  const drawn = renderReport({ name: "n", title: "Title", notes: ["a note"], measurements }, plain);
  expect(drawn.split("\n")).toEqual([
    "Title",
    "a note",
    "                  one (≤ 5)      two",
    "a       2.0 ms [1.0..3.0] ✓",
    "longer                       12345/s",
  ]);
});
