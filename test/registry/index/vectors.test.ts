/** Does the hand-made WebAssembly count right, and do cells lose nobody, however vectors come, go and repeat? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bisect, dot } from "../../../src/registry/index/bisect.ts";
import { Cells } from "../../../src/registry/index/cells.ts";
import { Nearest } from "../../../src/registry/index/nearest.ts";
import { packQuery, packVector, type PackedVector } from "../../../src/registry/index/packed-vector.ts";
import { BLOCK, Rows, unpacked } from "../../../src/registry/index/rows.ts";
import { Top } from "../../../src/registry/index/top.ts";
import { randomFrom } from "../../bench/generated-cards.ts";

const EVERYBODY = { k: 10_000 };

function unit(random: () => number, dimensions: number): Float32Array {
  const vector = Float32Array.from({ length: dimensions }, () => random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function packed(vector: ArrayLike<number>): PackedVector {
  const found = packVector(vector);
  if (!found) throw new Error("stands for nothing");
  return found;
}

describe("a product in WebAssembly", () => {
  it("is that of plain JavaScript, for every length and sign", () => {
    const byte = fc.integer({ min: -128, max: 127 });
    const short = fc.integer({ min: -8191, max: 8191 });
    const pair = fc
      .integer({ min: 1, max: 70 })
      .chain((size) =>
        fc.tuple(
          fc.int8Array({ minLength: size, maxLength: size }),
          fc.array(short, { minLength: size, maxLength: size }),
        ),
      );
    fc.assert(
      fc.property(pair, byte, ([row, query], other) => {
        const rows = new Rows(row.length);
        const block = rows.take();
        // What lies beside a row must not be counted.
        rows.write(block, 0, new Int8Array(row.length).fill(other));
        rows.write(block, 1, row);
        rows.write(block, 2, new Int8Array(row.length).fill(other));
        rows.setQuery({ scale: 1, values: Int16Array.from(query) });
        expect(rows.compare(block, 1)).toBe(query.reduce((sum, value, at) => sum + value * (row[at] ?? 0), 0));
        expect([...rows.read(block, 1)]).toEqual([...row]);
      }),
    );
  });

  it("holds the largest numbers that there are", () => {
    const rows = new Rows(512);
    const block = rows.take();
    rows.write(block, 0, new Int8Array(512).fill(-128));
    rows.setQuery({ scale: 1, values: new Int16Array(512).fill(8191) });
    expect(rows.compare(block, 0)).toBe(-128 * 8191 * 512);
  });

  it("counts the same after the memory has grown, and blocks are used again", () => {
    const rows = new Rows(512);
    const blocks = Array.from({ length: 20 }, (_, at) => {
      const block = rows.take();
      rows.write(block, at, new Int8Array(512).fill(at));
      return block;
    });
    rows.setQuery({ scale: 1, values: new Int16Array(512).fill(1) });
    for (const [at, block] of blocks.entries()) expect(rows.compare(block, at)).toBe(512 * at);
    rows.give(blocks[3] ?? 0);
    expect(rows.take()).toBe(blocks[3]);
  });
});

describe("a packed vector", () => {
  it("keeps cosines to a hundredth", () => {
    const random = randomFrom(1);
    for (let round = 0; round < 50; round++) {
      const [one, other] = [unit(random, 512), unit(random, 512)];
      expect(Math.abs(dot(unpacked(packed(one)), other) - dot(one, other))).toBeLessThan(0.01);
    }
  });

  it.each([[[0, 0]], [[]], [[Number.NaN, 1]], [[Number.POSITIVE_INFINITY]]])("is none for %j", (vector) => {
    expect(packVector(vector)).toBeUndefined();
    expect(packQuery(vector)).toBeUndefined();
  });
});

describe("the best so many", () => {
  it("are those of sorting", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 })), fc.nat(20), (scores, size) => {
        const top = new Top(size);
        for (const [slot, score] of scores.entries()) top.offer(slot, score);
        const sorted = scores.toSorted((a, b) => b - a).slice(0, size);
        expect(top.sorted().map(({ score }) => score)).toEqual(sorted);
      }),
    );
  });
});

describe("cells", () => {
  it("hold everybody once, near their own, through additions, removals and splits", () => {
    const random = randomFrom(2);
    const cells = new Cells(new Rows(16));
    const here = new Set<number>();
    for (let slot = 0; slot < 5 * BLOCK; slot++) {
      cells.add(slot, packed(unit(random, 16)));
      here.add(slot);
      if (slot % 3 !== 2) continue;
      const gone = [...here][Math.floor(random() * here.size)] ?? 0;
      cells.remove(gone);
      here.delete(gone);
    }
    const all = [...cells.cells()];
    expect(all.length).toBeGreaterThan(2);
    for (const cell of all) expect(cell.slots.length).toBeLessThanOrEqual(cell.limit);
    const slots = all.flatMap((cell) => cell.slots);
    expect(slots.toSorted((a, b) => a - b)).toEqual([...here].toSorted((a, b) => a - b));
  });

  it("take any number of the same vector", () => {
    const nearest = new Nearest(16, Number.POSITIVE_INFINITY);
    const vector = unit(randomFrom(3), 16);
    for (let slot = 0; slot < 3 * BLOCK; slot++) nearest.add(slot, "a", packed(vector));
    nearest.add(3 * BLOCK, "a", packed(vector.map((value) => -value)));
    const found = nearest.search(vector, { task: "a", ...EVERYBODY });
    expect(found).toHaveLength(3 * BLOCK + 1);
    expect(found.at(-1)?.slot).toBe(3 * BLOCK);
    for (let slot = 0; slot < 3 * BLOCK; slot++) nearest.remove(slot, "a");
    expect(nearest.search(vector, { task: "a", ...EVERYBODY }).map(({ slot }) => slot)).toEqual([3 * BLOCK]);
  });

  it("are parted by a plane between two groups, and not where there is only one", () => {
    const [left, right] = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
    const plane = bisect([left, left, right, right]);
    if (!plane) throw new Error("no plane");
    const isAbove = (vector: Float32Array) => dot(vector, plane.normal) >= plane.offset;
    expect(isAbove(left)).not.toBe(isAbove(right));
    expect(bisect([left, left, left])).toBeUndefined();
    expect(bisect([])).toBeUndefined();
  });
});

describe("the nearest", () => {
  it("are those of comparing with all, with cosines, where the budget allows it, and of their task only", () => {
    const random = randomFrom(4);
    const vectors = Array.from({ length: 1000 }, () => unit(random, 64));
    const nearest = new Nearest(64, Number.POSITIVE_INFINITY);
    for (const [slot, vector] of vectors.entries()) nearest.add(slot, slot % 4 === 0 ? "a" : "b", packed(vector));
    for (let round = 0; round < 20; round++) {
      const query = unit(random, 64);
      for (const task of ["a", undefined]) {
        const exact = vectors
          .map((vector, slot) => ({ slot, score: dot(vector, query) }))
          .filter(({ slot }) => task === undefined || slot % 4 === 0)
          .toSorted((a, b) => b.score - a.score);
        const found = nearest.search(query, { task, k: 5 });
        expect(found[0]?.score).toBeCloseTo(exact[0]?.score ?? 0, 1);
        const first = new Set(exact.slice(0, 8).map(({ slot }) => slot));
        for (const { slot } of found) expect(first.has(slot)).toBe(true);
      }
    }
  });

  it("are mostly found where only a part is looked at", () => {
    const random = randomFrom(5);
    const centers = Array.from({ length: 40 }, () => unit(random, 64));
    const nearest = new Nearest(64, 2 * BLOCK);
    const vectors = Array.from({ length: 4000 }, (_, slot) => {
      const noise = unit(random, 64);
      const vector = (centers[slot % 40] ?? noise).map((value, at) => value + 0.5 * (noise[at] ?? 0));
      nearest.add(slot, "a", packed(vector));
      return vector;
    });
    const shares = vectors.slice(0, 100).map((query) => {
      const exact = vectors
        .map((vector, slot) => ({ slot, score: dot(vector, query) }))
        .toSorted((a, b) => b.score - a.score)
        .slice(0, 10);
      const found = new Set(nearest.search(query, { task: "a", k: 10 }).map(({ slot }) => slot));
      return exact.filter(({ slot }) => found.has(slot)).length / 10;
    });
    expect(shares.reduce((sum, share) => sum + share, 0) / 100).toBeGreaterThan(0.8);
  });

  it("of a vector of another length are none", () => {
    const nearest = new Nearest(16, 100);
    nearest.add(0, "a", packed(unit(randomFrom(6), 16)));
    expect(nearest.search(unit(randomFrom(6), 8), { k: 3 })).toEqual([]);
  });
});
