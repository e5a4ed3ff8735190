/** A sceptic would say: what comes late counts wrongly, a strange clock spoils the counts, and a quantile is made up. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallOutcome, Merit } from "../../src/ports/merit-store.ts";
import { BUCKETS_MS, decay, HALF_LIFE_MS, quantile, successShare } from "../../src/select/merit.ts";
import { addUp, expectAlike, outcomeArbitrary, outcomeOf } from "../contracts/outcomes.ts";

const HOUR = HALF_LIFE_MS;
const T = 1_760_000_000_000;

const summed = (outcomes: readonly CallOutcome[]): Merit => addUp(outcomes, HOUR) ?? expect.fail("there was nothing");

describe("merit: adding", () => {
  it("counts one call as it was", () => {
    const merit = summed([outcomeOf({ at: T, runMs: 100, queueMs: 40, cost: 0.01 })]);
    expect(merit).toMatchObject({ calls: 1, failures: 0, queueMs: 40, cost: 0.01, failedInRow: 0, at: T });
    expect(merit.lastError).toBeUndefined();
    const held = merit.latency.flatMap((count, index) =>
      count === 0 ? [] : [[BUCKETS_MS[index - 1], BUCKETS_MS[index], count]],
    );
    expect(held).toEqual([[2 ** 6.5, 2 ** 7, 1]]);
  });

  it("halves with every half-life", () => {
    const merit = summed(
      [0, 1, 2, 3].map((hours) => outcomeOf({ at: T + hours * HOUR, ok: hours > 0, queueMs: 8, cost: 1 })),
    );
    expect(merit.calls).toBeCloseTo(1 + 1 / 2 + 1 / 4 + 1 / 8, 12);
    expect(merit.failures).toBeCloseTo(1 / 8, 12);
    expect(merit.queueMs).toBeCloseTo(8 * (15 / 8), 12);
    expect(merit.cost).toBeCloseTo(15 / 8, 12);
    expect(merit.at).toBe(T + 3 * HOUR);
  });

  it("gives one that comes late the weight of its age, and leaves the moment where it is", () => {
    const merit = summed([outcomeOf({ at: T }), outcomeOf({ at: T - 2 * HOUR, ok: false, queueMs: 100 })]);
    expect(merit).toMatchObject({ calls: 1.25, failures: 0.25, queueMs: 25, at: T });
  });

  it("counts the time of calls that were ok, and no other", () => {
    const failed = outcomeOf({ at: T, ok: false, runMs: 5 });
    const unknown = outcomeOf({ at: T, runMs: undefined });
    expect(summed([failed, unknown]).latency.every((count) => count === 0)).toBe(true);
  });

  it("counts failures in a row as they come, until one call is ok", () => {
    const row = [false, false, true, false].map((ok) => outcomeOf({ at: T, ok }));
    expect([1, 2, 3, 4].map((count) => summed(row.slice(0, count)).failedInRow)).toEqual([1, 2, 0, 1]);
    expect(decay(summed(row.slice(0, 2)), T + 99 * HOUR, HOUR).failedInRow).toBe(2);
  });

  it("keeps the error that happened last, also when calls are ok again; a fault of the input is none", () => {
    const error = (message: string) => ({ code: "expert-failed", message });
    const merit = summed([
      outcomeOf({ at: T + 5, ok: false, error: error("last") }),
      outcomeOf({ at: T, ok: false, error: error("came late") }),
      outcomeOf({ at: T + 8, ok: false }),
      outcomeOf({ at: T + 9, ok: true, error: { code: "bad-input", message: "no picture" } }),
    ]);
    expect(merit.lastError).toEqual({ ...error("last"), at: T + 5 });
  });

  it("cuts a long message, and leaves no half of a character", () => {
    const message = `${"x".repeat(499)}\u{1F600}${"y".repeat(1e6)}`;
    const { lastError } = summed([outcomeOf({ at: T, ok: false, error: { code: "expert-failed", message } })]);
    expect(lastError?.message).toBe(`${"x".repeat(499)}\ufffd`);
  });

  it("takes times and costs that cannot be for none", () => {
    const strange = [-5, Number.NaN, Infinity, -Infinity];
    const merit = summed(strange.map((value) => outcomeOf({ at: T, runMs: value, queueMs: value, cost: value })));
    expect(merit).toMatchObject({ calls: 4, queueMs: 0, cost: 0 });
    expect(merit.latency.reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it.each([Number.NaN, Infinity])("refuses a call at %s", (at) => {
    expect(() => summed([outcomeOf({ at })])).toThrow(/ended at no time/);
  });

  it("is the same in any order, but for the row of failures; never below zero, and no more than there was", () => {
    fc.assert(
      fc.property(
        fc.array(outcomeArbitrary(T), { minLength: 1, maxLength: 30 }),
        fc.infiniteStream(fc.nat()),
        (outcomes, keys) => {
          const shuffled = outcomes
            .map((outcome) => ({ outcome, key: keys.next().value }))
            .toSorted((a, b) => a.key - b.key);
          const merit = summed(outcomes);
          expectAlike(summed(shuffled.map(({ outcome }) => outcome)), { ...merit, failedInRow: expect.any(Number) });
          const counts = [merit.calls, merit.failures, merit.queueMs, merit.cost, merit.failedInRow, ...merit.latency];
          expect(counts.every((count) => count >= 0)).toBe(true);
          expect(merit.calls).toBeLessThanOrEqual(outcomes.length);
          expect(merit.failures).toBeLessThanOrEqual(merit.calls);
          expect(merit.at).toBe(Math.max(...outcomes.map(({ at }) => at)));
        },
      ),
    );
  });

  it("decays in one step as in two, and not backwards", () => {
    fc.assert(
      fc.property(
        fc.array(outcomeArbitrary(T), { minLength: 1 }),
        fc.nat(10 * HOUR),
        fc.nat(10 * HOUR),
        (outcomes, a, b) => {
          const merit = summed(outcomes);
          const late = merit.at + a + b;
          expectAlike(decay(decay(merit, merit.at + a, HOUR), late, HOUR), decay(merit, late, HOUR));
          expect(decay(merit, merit.at - a, HOUR)).toEqual(merit);
        },
      ),
    );
  });
});

describe("merit: quantiles", () => {
  const timed = (times: readonly number[]): Merit => summed(times.map((runMs) => outcomeOf({ at: T, runMs })));

  it("know nothing of no calls", () => {
    expect(quantile(summed([outcomeOf({ at: T, ok: false })]), 0.5)).toBeUndefined();
  });

  it("lie evenly in a bucket", () => {
    const merit = timed([50, 60, 48, 63]);
    const [start, end] = [2 ** 5.5, 2 ** 6];
    expect(quantile(merit, 0)).toBeCloseTo(start, 9);
    expect(quantile(merit, 0.25)).toBeCloseTo(start + (end - start) / 4, 9);
    expect(quantile(merit, 1)).toBeCloseTo(end, 9);
  });

  it("tell the quick half from the slow one", () => {
    const merit = timed([...Array.from({ length: 90 }, () => 10), ...Array.from({ length: 10 }, () => 5000)]);
    expect(quantile(merit, 0.5)).toBeLessThan(12);
    expect(quantile(merit, 0.95)).toBeGreaterThan(4000);
  });

  it("put what is beyond the last bucket into it", () => {
    expect(quantile(timed([1e12]), 1)).toBe(BUCKETS_MS.at(-1));
    expect(quantile(timed([0]), 1)).toBe(1);
  });

  it("are in the bucket of the true one, so off by less than half, and grow with p, however much has decayed", () => {
    const times = fc.array(fc.double({ min: 1.01, max: 4e6, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(times, fc.double({ min: 0.01, max: 1, noNaN: true }), fc.nat(500), (runs, p, halfLives) => {
        const merit = decay(timed(runs), T + halfLives * HOUR, HOUR);
        const truth = runs.toSorted((a, b) => a - b)[Math.ceil(p * runs.length) - 1] ?? 0;
        const found = quantile(merit, p) ?? 0;
        expect(found / truth).toBeLessThan(1.5);
        expect(found / truth).toBeGreaterThan(0.66);
        expect(quantile(merit, p / 2) ?? 0).toBeLessThanOrEqual(found);
      }),
    );
  });
});

describe("merit: success", () => {
  const seen = (ok: number, failed: number): Merit =>
    summed(
      [...Array.from({ length: ok }, () => true), ...Array.from({ length: failed }, () => false)].map((ok) =>
        outcomeOf({ at: T, ok }),
      ),
    );

  it("is what was expected where nothing was seen, and comes near to what is seen", () => {
    expect(successShare(undefined, 0.8)).toBe(0.8);
    expect(successShare(seen(5, 0), 0.5)).toBe(0.75);
    expect(successShare(seen(0, 5), 0.5)).toBe(0.25);
    expect(successShare(seen(98, 2), 0.5, 10)).toBeCloseTo((98 + 5) / 110, 12);
    expect(successShare(seen(980, 20), 0.1)).toBeGreaterThan(0.97);
  });

  it("goes back to what was expected as it grows old", () => {
    expect(successShare(decay(seen(0, 100), T + 30 * HOUR, HOUR), 0.9)).toBeCloseTo(0.9, 6);
  });

  it("is a share, whatever was seen", () => {
    fc.assert(
      fc.property(
        fc.array(outcomeArbitrary(T), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (outcomes, expected) => {
          const share = successShare(summed(outcomes), expected);
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
