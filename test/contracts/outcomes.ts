/** Outcomes of calls, made and compared, for merits and their stores. */
import * as fc from "fast-check";
import { expect } from "vitest";
import type { CallOutcome, Merit } from "../../src/ports/merit-store.ts";
import { addOutcome } from "../../src/select/merit.ts";

export function outcomeOf(more: Partial<CallOutcome> & Pick<CallOutcome, "at">): CallOutcome {
  return { expert: "acme/a", version: "1", ok: true, runMs: 10, ...more };
}

export function addUp(outcomes: readonly CallOutcome[], halfLifeMs: number): Merit | undefined {
  return outcomes.reduce<Merit | undefined>((merit, outcome) => addOutcome(merit, outcome, halfLifeMs), undefined);
}

/** Calls of the ten hours before then. No two errors of one moment, of which either might be the last. */
export function outcomeArbitrary(until: number): fc.Arbitrary<CallOutcome> {
  return fc
    .record({
      age: fc.nat(36_000_000),
      ok: fc.boolean(),
      runMs: fc.option(fc.double({ min: 0, max: 5e6, noNaN: true }), { nil: undefined }),
      queueMs: fc.option(fc.nat(100_000), { nil: undefined }),
      cost: fc.option(fc.double({ min: 0, max: 9, noNaN: true }), { nil: undefined }),
      fails: fc.boolean(),
    })
    .map(({ age, fails, ...rest }) => ({
      ...outcomeOf({ at: until - age }),
      ...rest,
      error: fails ? { code: "expert-failed", message: `"at" ${age}: \u{1F600} \u0000 \\` } : undefined,
    }));
}

/** Sums of the same numbers in another order differ in their last digits. */
export function expectAlike(found: Merit | undefined, wanted: Merit | undefined): void {
  const near = (value: number) => expect.closeTo(value, 6);
  expect(found).toEqual(
    wanted && {
      ...wanted,
      calls: near(wanted.calls),
      failures: near(wanted.failures),
      queueMs: near(wanted.queueMs),
      cost: near(wanted.cost),
      latency: wanted.latency.map(near),
    },
  );
}
