/** What every store of merits promises: no outcome is lost, decay is right whoever counts, and one trial at a time. */
import * as fc from "fast-check";
import { describe, expect } from "vitest";
import { meritKey, type CallOutcome, type Merit, type MeritStore } from "../../src/ports/merit-store.ts";
import { HALF_LIFE_MS } from "../../src/select/merit.ts";
import { contractTests, rejection, until, type Closable, type ContractSkip } from "./contract.ts";
import { addUp, expectAlike, outcomeArbitrary, outcomeOf } from "./outcomes.ts";

export interface MeritStoreHarness extends Closable {
  /** Empty at first; with a half-life of an hour. */
  readonly store: MeritStore;
  /** A second store over the same data, as another process would have it; closed by the test. */
  readonly peer: () => Promise<MeritStore>;
  /** Closes what is open and opens it again, as after a restart. */
  readonly reopen: () => Promise<MeritStore>;
}

export interface MeritStoreContract {
  readonly name: string;
  readonly open: () => Promise<MeritStoreHarness>;
  readonly skip?: readonly ContractSkip[];
}

const HOUR = HALF_LIFE_MS;
const error = { code: "expert-failed", message: "it broke" };

async function meritOf(store: MeritStore, id = "acme/a", version = "1"): Promise<Merit | undefined> {
  return (await store.read([{ id, version }])).get(meritKey({ id, version }));
}

export function meritStoreContract({ name, open, skip }: MeritStoreContract): void {
  const { check, verifySkips } = contractTests(open, skip);

  describe(`${name}: counting`, () => {
    check("knows nothing of what was never called", async ({ store }) => {
      expect(await store.read([])).toEqual(new Map());
      await store.record([]);
      await store.record([outcomeOf({ at: Date.now() })]);
      const asked = ["acme/b", "acme/a", "acme/c"].map((id) => ({ id, version: "1" }));
      expect([...(await store.read(asked)).keys()]).toEqual(["acme/a@1"]);
      expect(await meritOf(store, "acme/a", "2")).toBeUndefined();
    });

    check("decays by the time between calls, also where one is told of late", async ({ store, peer }) => {
      const other = await peer();
      const start = Date.now() - 10 * HOUR;
      await store.record([outcomeOf({ at: start, ok: false, queueMs: 80, cost: 4, error })]);
      await other.record([outcomeOf({ at: start + 2 * HOUR, runMs: 100, queueMs: 40, cost: 1 })]);
      const late = outcomeOf({ at: start + HOUR, ok: false, queueMs: 8, error: { ...error, message: "late" } });
      await store.record([late]);
      const merit = await meritOf(other);
      const sums = { calls: 1.75, failures: 0.75, queueMs: 64, cost: 2, failedInRow: 1, at: start + 2 * HOUR };
      expect(merit).toMatchObject({ ...sums, lastError: { code: "expert-failed", message: "late", at: start + HOUR } });
      expect(merit?.latency.reduce((sum, count) => sum + count, 0)).toBeCloseTo(1, 12);
      await other.close();
    });

    check("counts many at once as it counts one by one, whoever tells of them", async ({ store, peer }) => {
      const other = await peer();
      const now = Date.now();
      let round = 0;
      const batches = fc.array(fc.tuple(fc.boolean(), fc.array(outcomeArbitrary(now), { maxLength: 6 })), {
        maxLength: 8,
      });
      await fc.assert(
        fc.asyncProperty(batches, async (told) => {
          round += 1;
          const expert = `acme/round-${round}`;
          const all: CallOutcome[] = [];
          for (const [isOther, batch] of told) {
            const outcomes = batch.map((outcome) => ({ ...outcome, expert }));
            await (isOther ? other : store).record(outcomes);
            all.push(...outcomes);
          }
          expectAlike(await meritOf(store, expert), addUp(all, HOUR));
        }),
        { numRuns: 60 },
      );
      await other.close();
    });

    check("takes the outcomes of many experts at once, each for its own", async ({ store }) => {
      const at = Date.now() - 1000;
      const outcomes = Array.from({ length: 300 }, (_, n) =>
        outcomeOf({ at, expert: `acme/e${n % 7}`, version: `${n % 3}@`, ok: n % 2 === 0, runMs: n + 1 }),
      );
      await store.record(outcomes);
      for (let n = 0; n < 21; n++) {
        const [id, version] = [`acme/e${n % 7}`, `${n % 3}@`];
        const own = outcomes.filter((outcome) => outcome.expert === id && outcome.version === version);
        expect(own.length).toBeGreaterThan(10);
        expectAlike(await meritOf(store, id, version), addUp(own, HOUR));
      }
    });

    check("loses none of those that come at the same time", async ({ store, peer }) => {
      const stores = [store, await peer(), await peer()];
      const at = Date.now() - 1000;
      await Promise.all(
        Array.from({ length: 300 }, (_, n) =>
          stores[n % 3]?.record([outcomeOf({ at, ok: false, cost: 1 }), outcomeOf({ at, expert: "acme/b" })]),
        ),
      );
      expect(await meritOf(store)).toMatchObject({ calls: 300, failures: 300, cost: 300, failedInRow: 300 });
      expect(await meritOf(store, "acme/b")).toMatchObject({ calls: 300, failures: 0, failedInRow: 0 });
      await Promise.all(stores.slice(1).map((each) => each.close()));
    });

    check("counts failures in a row over calls of all, until one is ok", async ({ store, peer }) => {
      const other = await peer();
      const at = Date.now() - 1000;
      const [good, bad] = [outcomeOf({ at }), outcomeOf({ at, ok: false, error })];
      await store.record([good, bad, bad]);
      await other.record([bad]);
      expect(await meritOf(store)).toMatchObject({ failedInRow: 3 });
      await other.record([bad, good, bad]);
      expect(await meritOf(store)).toMatchObject({ failedInRow: 1 });
      await store.record([good]);
      expect(await meritOf(other)).toMatchObject({ failedInRow: 0, lastError: { ...error, at } });
      await other.close();
    });

    check("is not spoilt by a clock that was a day ahead", async ({ store }) => {
      const now = Date.now();
      await store.record(Array.from({ length: 8 }, () => outcomeOf({ at: now - 1000 })));
      await store.record([outcomeOf({ at: now + 24 * HOUR, ok: false, error })]);
      await store.record([outcomeOf({ at: Date.now() })]);
      const merit = await meritOf(store);
      expect(merit?.calls).toBeGreaterThan(9.9);
      expect(merit?.at).toBeLessThan(now + HOUR);
      expect(merit?.lastError?.at).toBeLessThan(now + HOUR);
    });

    check("keeps any message, so far as it is text", async ({ store }) => {
      const message = `"quotes" \\back\\slash zero\u0000 \u{1F600} / \r\n\t\u2028`;
      const at = Date.now() - 1000;
      await store.record([outcomeOf({ at, ok: false, error: { code: "timeout", message: `${message}\ud800` } })]);
      await store.record([outcomeOf({ at })]);
      expect((await meritOf(store))?.lastError).toEqual({ code: "timeout", message: `${message}\ufffd`, at });
    });

    check("is there after a restart", async ({ store, reopen }) => {
      await store.record([outcomeOf({ at: Date.now() - HOUR, ok: false, error, runMs: 7, queueMs: 1 })]);
      const before = await meritOf(store);
      expect(before).toMatchObject({ calls: 1 });
      const later = await reopen();
      expect(await meritOf(later)).toEqual(before);
    });

    check("a call at no time is refused, and nothing is spoilt", async ({ store }) => {
      await store.record([outcomeOf({ at: Date.now() - 1000 })]);
      const outcomes = [outcomeOf({ at: Date.now() }), outcomeOf({ at: Number.NaN })];
      expect(await rejection(store.record(outcomes))).toMatchObject({ code: "internal" });
      expect(await meritOf(store)).toMatchObject({ calls: 1 });
    });
  });

  describe(`${name}: trials`, () => {
    check("gives the place to one, of each expert and version its own", async ({ store, peer }) => {
      const other = await peer();
      const claims = Array.from({ length: 20 }, (_, n) => (n % 2 ? store : other).claimTrial("acme/a", "1", 60_000));
      expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
      expect(await other.claimTrial("acme/a", "2", 60_000)).toBe(true);
      expect(await store.claimTrial("acme/b", "1", 60_000)).toBe(true);
      expect(await store.claimTrial("acme/a", "2", 60_000)).toBe(false);
      await other.close();
    });

    check("gives it to another when the time is over, and only then", async ({ store, peer }) => {
      const other = await peer();
      expect(await store.claimTrial("acme/a", "1", 60)).toBe(true);
      expect(await store.claimTrial("acme/b", "1", 0.5)).toBe(true);
      await until(() => other.claimTrial("acme/a", "1", 60_000));
      await until(() => other.claimTrial("acme/b", "1", 60_000));
      expect(await store.claimTrial("acme/a", "1", 60)).toBe(false);
      await other.close();
    });

    check("says when it is closed, and may be closed twice", async ({ peer }) => {
      const other = await peer();
      await other.close();
      await other.close();
      const one = { id: "acme/a", version: "1" };
      const late = [other.record([outcomeOf({ at: 1 })]), other.read([one]), other.claimTrial("acme/a", "1", 1)];
      for (const call of late) expect(await rejection(call)).toMatchObject({ code: "shutting-down" });
    });
  });
  verifySkips();
}
