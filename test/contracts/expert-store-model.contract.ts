/** Any sequence of puts, removals and forgetting does to the store what it does to a plain list. */
import * as fc from "fast-check";
import { expect } from "vitest";
import type { ExpertRecord, ExpertStore } from "../../src/ports/expert-store.ts";
import { expertStates } from "../../src/ports/expert-store.ts";
import { keyOf, recordOf } from "./expert-records.ts";

const putArbitrary = fc.record({
  do: fc.constant("put" as const),
  expert: fc.nat(3),
  version: fc.constantFrom("1", "2"),
  state: fc.constantFrom(...expertStates),
  changedAt: fc.nat(20),
  expected: fc.constantFrom("anything", "what is there", "nothing", "something else"),
});
const stepArbitrary = fc.oneof(
  { weight: 5, arbitrary: putArbitrary },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("forget" as const), before: fc.nat(25) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("read" as const), from: fc.nat(9), limit: fc.integer({ min: 1, max: 5 }) }),
  },
);
type Step = typeof stepArbitrary extends fc.Arbitrary<infer T> ? T : never;
type Put = Extract<Step, { do: "put" }>;

function expectation({ expected }: Put, there: number): number | undefined {
  if (expected === "anything") return undefined;
  if (expected === "nothing") return 0;
  return expected === "what is there" ? there : there + 1;
}

export async function checkAgainstModel(store: ExpertStore): Promise<void> {
  // One store for all runs: that each begins with what the last one left is one more thing that may be.
  let list: ExpertRecord[] = [];
  let highest = 0;

  async function put(step: Put): Promise<void> {
    const { expert, version, state, changedAt } = step;
    const record = recordOf(`e${expert}`, { version, state, changedAt });
    const there = list.find((each) => keyOf(each) === keyOf(record))?.revision ?? 0;
    const expected = expectation(step, there);
    const written = await store.put(record, expected);
    expect(written !== undefined).toBe(expected === undefined || expected === there);
    if (!written) return;
    expect(written.revision).toBeGreaterThan(highest);
    expect(written).toEqual({ ...record, revision: written.revision });
    highest = written.revision;
    list = [...list.filter((each) => each.revision !== there), written];
  }

  async function take(step: Step): Promise<void> {
    if (step.do === "put") return put(step);
    if (step.do === "forget") {
      list = list.filter(({ state, changedAt }) => state !== "removed" || changedAt >= step.before);
      return store.forget(step.before);
    }
    const after = step.from === 0 ? 0 : (list.at(-step.from)?.revision ?? 0);
    const wanted = list.filter(({ revision }) => revision > after).slice(0, step.limit);
    expect(await store.changes(after, step.limit)).toEqual(wanted);
  }

  await fc.assert(
    fc.asyncProperty(fc.array(stepArbitrary, { maxLength: 40 }), async (steps) => {
      for (const step of steps) await take(step);
      expect(await store.changes(0, 99)).toEqual(list);
    }),
    { numRuns: 40 },
  );
}
