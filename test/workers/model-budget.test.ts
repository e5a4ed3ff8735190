/** A sceptic would say: it evicts what is in use, evicts more than it must, or lets a large model wait for ever. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeRoom, processMiB } from "../../workers/model-budget.ts";

const holder = (name: string, mib: number, lastUsed: number, idle = true) => ({ name, mib, lastUsed, idle });
const namesOf = (holders: readonly { readonly name: string }[] | undefined) => holders?.map(({ name }) => name);

describe("making room", () => {
  it("lets nobody go where there is room", () => {
    expect(makeRoom([holder("a", 300, 1)], 700, 1000)).toEqual([]);
    expect(makeRoom([], 700, 1000)).toEqual([]);
  });

  it("takes those first that were used least recently, and no more than it needs", () => {
    const holders = [holder("new", 300, 9), holder("old", 300, 1), holder("older", 300, 0)];
    expect(namesOf(makeRoom(holders, 200, 1000))).toEqual(["older"]);
    expect(namesOf(makeRoom(holders, 600, 1000))).toEqual(["older", "old"]);
  });

  it("waits rather than to touch what is in use", () => {
    const holders = [holder("busy", 600, 0, false), holder("idle", 300, 1)];
    expect(namesOf(makeRoom(holders, 400, 1000))).toEqual(["idle"]);
    expect(makeRoom(holders, 500, 1000)).toBeUndefined();
  });

  it("gives everything to one that is too large, as soon as all are idle", () => {
    expect(makeRoom([holder("a", 10, 1), holder("b", 10, 2, false)], 2000, 1000)).toBeUndefined();
    expect(namesOf(makeRoom([holder("a", 10, 1), holder("b", 10, 2)], 2000, 1000))).toEqual(["a", "b"]);
  });

  it("whatever comes: only idle ones go, it fits afterwards or nothing is left, and one fewer would not do", () => {
    const holders = fc.array(
      fc.record({ mib: fc.integer({ min: 1, max: 500 }), idle: fc.boolean(), lastUsed: fc.integer() }),
      { maxLength: 8 },
    );
    const amount = fc.integer({ min: 1, max: 1500 });
    fc.assert(
      fc.property(holders, amount, amount, (all, need, limit) => {
        const sum = (some: readonly { readonly mib: number }[]): number =>
          some.reduce((total, { mib }) => total + mib, 0);
        const gone = makeRoom(all, need, limit);
        const free = (some: readonly { readonly mib: number }[]): boolean => sum(all) - sum(some) + need <= limit;
        if (!gone) {
          expect(all.some(({ idle }) => !idle)).toBe(true);
          expect(free(all.filter(({ idle }) => idle))).toBe(false);
          return;
        }
        expect(gone.every(({ idle }) => idle)).toBe(true);
        expect(free(gone) || gone.length === all.length).toBe(true);
        expect(gone.length === 0 || !free(gone.slice(0, -1))).toBe(true);
      }),
    );
  });
});

describe("what a process takes", () => {
  it("is what its models declare until it was measured, and then what was measured", () => {
    const loading = { memoryMiB: 250, measured: false };
    const loaded = { memoryMiB: 250, measured: true };
    expect(processMiB(0, [])).toBe(0);
    expect(processMiB(0, [loading, loading])).toBe(500);
    // Six experts that share their weights.
    expect(
      processMiB(
        400 * 2 ** 20,
        Array.from({ length: 6 }, () => loaded),
      ),
    ).toBe(400);
    expect(processMiB(400 * 2 ** 20, [loaded, loading])).toBe(650);
    // Never less than a model that it holds.
    expect(processMiB(90 * 2 ** 20, [loaded])).toBe(250);
  });
});
