/** A sceptic would doubt that everybody is given the same graphs, and that their critical path is what it is said to be. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { chain, criticalPathMs, depthOf, fan, randomGraph, seededRandom, uniform, type BenchGraph } from "./graphs.ts";

const twenty = (): number => 20;

function longestPath({ nodes }: BenchGraph): number {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const to = (id: string): number => {
    const node = byId.get(id);
    if (!node) throw new Error(`no node ${id}`);
    return node.ms + Math.max(0, ...node.after.map(to));
  };
  return Math.max(...nodes.map(({ id }) => to(id)));
}

it("gives the same graph for the same seed, and another for another", () => {
  const make = (seed: number) => randomGraph(100, 20, seededRandom(seed), uniform(5, 64, seededRandom(seed)));
  expect(make(7)).toEqual(make(7));
  expect(make(7)).not.toEqual(make(8));
});

it("knows the critical path of graphs that one can do in one's head", () => {
  expect(criticalPathMs(chain(5, twenty))).toBe(100);
  expect(criticalPathMs(fan(20, twenty))).toBe(60);
  expect(fan(20, twenty).nodes).toHaveLength(22);
  expect(depthOf(fan(20, twenty))).toBe(3);
});

it("makes random graphs of the size and depth that were asked for, whose nodes need earlier ones only", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 20 }), (seed, depth, more) => {
      const random = seededRandom(seed);
      const graph = randomGraph(depth + more, depth, random, uniform(5, 64, random));
      expect(graph.nodes).toHaveLength(depth + more);
      expect(depthOf(graph)).toBe(depth);
      expect(criticalPathMs(graph)).toBe(longestPath(graph));
      const seen = new Set<string>();
      for (const { id, after, ms } of graph.nodes) {
        expect(new Set(after).size).toBe(after.length);
        expect(after.every((before) => seen.has(before))).toBe(true);
        expect(ms).toBeGreaterThanOrEqual(5);
        expect(ms).toBeLessThanOrEqual(64);
        seen.add(id);
      }
    }),
    { numRuns: 50 },
  );
});

it("draws from the whole range, evenly", () => {
  const random = seededRandom(3);
  const drawn = Array.from({ length: 20_000 }, random);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...drawn)).toBeLessThan(1);
  const quarters = [0, 1, 2, 3].map((quarter) => drawn.filter((one) => Math.floor(one * 4) === quarter).length);
  for (const count of quarters) expect(Math.abs(count - 5000)).toBeLessThan(300);
});
