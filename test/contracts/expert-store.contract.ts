/** What every store of experts promises: versions of their own, compare-and-set, and changes of which no reader misses one. */
import { describe, expect } from "vitest";
import type { ExpertRecord, ExpertStore } from "../../src/ports/expert-store.ts";
import { contractTests, pause, rejection, type Closable, type ContractSkip } from "./contract.ts";
import { createReader, keyOf, mustPut, recordOf, type NewRecord } from "./expert-records.ts";
import { checkAgainstModel } from "./expert-store-model.contract.ts";
import { checkWatching } from "./expert-store-watch.contract.ts";

export interface ExpertStoreHarness extends Closable {
  /** Empty at first. */
  readonly store: ExpertStore;
  /** A second store over the same data, as another process would have it; closed by the test. */
  readonly peer: () => Promise<ExpertStore>;
  /** Closes what is open and opens it again, as after a restart. */
  readonly reopen: () => Promise<ExpertStore>;
}

export interface ExpertStoreContract {
  readonly name: string;
  readonly open: () => Promise<ExpertStoreHarness>;
  readonly skip?: readonly ContractSkip[];
}

const namesOf = (records: readonly ExpertRecord[]): string[] => records.map(({ registration }) => registration.id);

export function expertStoreContract({ name, open, skip }: ExpertStoreContract): void {
  const { check, verifySkips } = contractTests(open, skip);

  describe(`${name}: records`, () => {
    check("gives back what was put, whole, with its revision", async ({ store, peer }) => {
      const plain = recordOf("plain");
      const text = `"quotes" \\back\\slash {{x}} zero\u0000 \u{1F600} \ud800 \r\n\t${"long ".repeat(2000)}`;
      const registration: NewRecord["registration"] = {
        ...plain.registration,
        version: `${"v".repeat(40)} @1\u0000:{}`,
        title: text,
        settings: { headers: { "": [1, null, true, { deep: [text, 1e21, -0.1] }] }, none: null, list: [], table: {} },
        secrets: { token: text, other: { env: "ACME_TOKEN" } },
      };
      const trial = { at: 5, ok: false, runMs: 0.5, message: text, runId: "r" };
      const rich: NewRecord = {
        registration,
        state: "unverified",
        source: "file:a.json",
        createdAt: 1e12,
        changedAt: 1e12 + 0.5,
        trial,
      };
      const first = await mustPut(store, plain);
      const second = await mustPut(store, rich);
      expect(first).toEqual({ ...plain, revision: first.revision });
      expect(second).toEqual({ ...rich, revision: second.revision });
      expect(await store.changes(0, 9)).toEqual([first, second]);
      const other = await peer();
      expect(await other.changes(0, 9)).toEqual([first, second]);
      await other.close();
    });

    check("keeps versions apart, and ids that look alike", async ({ store }) => {
      const records = [
        recordOf("a"),
        recordOf("a", { version: "2" }),
        recordOf("a", { version: "1 " }),
        recordOf("A"),
        recordOf("a1", { version: "1" }),
        recordOf("a", { version: "11" }),
      ];
      for (const record of records) await mustPut(store, record, 0);
      expect((await store.changes(0, 99)).map(keyOf)).toEqual(records.map(keyOf));
    });

    check("is there after a restart, and counts on", async ({ store, reopen }) => {
      const before = [await mustPut(store, recordOf("a")), await mustPut(store, recordOf("b"))];
      const later = await reopen();
      expect(await later.changes(0, 9)).toEqual(before);
      const third = await mustPut(later, recordOf("c"), 0);
      expect(third.revision).toBeGreaterThan(before[1]?.revision ?? Infinity);
    });

    check("says when it is closed, and may be closed twice", async ({ peer }) => {
      const other = await peer();
      await other.close();
      await other.close();
      const late = [other.put(recordOf("a")), other.changes(0, 1), other.forget(1)];
      for (const call of late) expect(await rejection(call)).toMatchObject({ code: "shutting-down" });
    });
  });

  describe(`${name}: compare and set`, () => {
    check("writes only over the revision that the caller knows", async ({ store }) => {
      const first = await mustPut(store, recordOf("a"), 0);
      const other = await mustPut(store, recordOf("b"), 0);
      for (const wrong of [0, first.revision - 1, first.revision + 1, other.revision, 7]) {
        expect(await store.put(recordOf("a", { source: "wrong" }), wrong)).toBeUndefined();
      }
      expect(await store.put(recordOf("nobody"), first.revision)).toBeUndefined();
      expect(await store.changes(0, 9)).toEqual([first, other]);
      const second = await mustPut(store, recordOf("a", { state: "checking" }), first.revision);
      expect(await store.put(recordOf("a"), first.revision)).toBeUndefined();
      expect(await store.changes(0, 9)).toEqual([other, second]);
    });

    check("writes over whatever is there where nothing is expected", async ({ store }) => {
      await mustPut(store, recordOf("a"));
      await mustPut(store, recordOf("a", { state: "removed" }));
      const last = await mustPut(store, recordOf("a", { source: "file:x" }));
      expect(await store.changes(0, 9)).toEqual([last]);
    });

    check("gives a changed record a new revision, whatever it says of its old one", async ({ store }) => {
      const first = await mustPut(store, recordOf("a"));
      const changed = { ...first, state: "removed" as const };
      const second = await mustPut(store, changed, first.revision);
      expect(second.revision).toBeGreaterThan(first.revision);
      expect(await store.changes(first.revision, 9)).toEqual([{ ...changed, revision: second.revision }]);
    });

    check("lets exactly one of many win, over two stores", async ({ store, peer }) => {
      const other = await peer();
      let revision = 0;
      for (let round = 0; round < 20; round++) {
        const rivals = Array.from({ length: 6 }, (_, rival) => recordOf("a", { source: `rival ${round} ${rival}` }));
        const results = await Promise.all(rivals.map((rival, i) => (i % 2 ? store : other).put(rival, revision)));
        const winners = results.filter((result) => result !== undefined);
        expect(winners).toHaveLength(1);
        expect(await store.changes(0, 9)).toEqual(winners);
        revision = winners[0]?.revision ?? 0;
      }
      await other.close();
    });
  });

  describe(`${name}: changes`, () => {
    check("come in the order of their revisions, each record once, at its last", async ({ store }) => {
      for (const id of ["a", "b", "c"]) await mustPut(store, recordOf(id));
      const { revision } = await mustPut(store, recordOf("b", { state: "removed" }));
      const all = await store.changes(0, 99);
      expect(namesOf(all)).toEqual(["acme/a", "acme/c", "acme/b"]);
      expect(all.map((record) => record.revision)).toEqual(
        all.map((record) => record.revision).toSorted((a, b) => a - b),
      );
      expect(await store.changes(0, 2)).toEqual(all.slice(0, 2));
      expect(await store.changes(all[0]?.revision ?? 0, 1)).toEqual(all.slice(1, 2));
      expect(await store.changes(revision - 1, 99)).toEqual(all.slice(2));
      expect(await store.changes(revision, 99)).toEqual([]);
    });

    check("no reader misses one, in pages of any size, while others write", async ({ store, peer }) => {
      const writers = [store, await peer()];
      const peers = await Promise.all([1, 2, 7].map(async (limit) => ({ other: await peer(), limit })));
      const done = new AbortController();
      const reading = peers.map(async ({ other, limit }) => {
        const reader = createReader(other, limit);
        while (!done.signal.aborted) {
          await reader.look();
          // A store without real waits would let nobody else have a turn.
          await pause(0);
        }
        await reader.look();
        return reader.known;
      });
      const revisions = await Promise.all(
        writers.flatMap((writer, w) =>
          // Several at a time, of the same records: what was read of a page may be overtaken while the next is asked for.
          Array.from({ length: 4 }, async (_, lane) => {
            const given: number[] = [];
            for (let n = 0; n < 60; n++) {
              const record = recordOf(`e${(n * 7 + lane) % 23}`, { source: `${w} ${lane} ${n}`, changedAt: n });
              given.push((await mustPut(writer, record)).revision);
              if (n % 5 === 0) await pause(0);
            }
            expect(given).toEqual(given.toSorted((a, b) => a - b));
            return given;
          }),
        ),
      );
      done.abort();
      expect(new Set(revisions.flat()).size).toBe(8 * 60);
      const truth = new Map((await store.changes(0, 999)).map((record) => [keyOf(record), record]));
      expect(truth.size).toBe(23);
      for (const known of await Promise.all(reading)) expect(known).toEqual(truth);
      await Promise.all([writers[1], ...peers.map(({ other }) => other)].map((other) => other?.close()));
    });

    check("tell everything anew to one who knows more than there is", async ({ store }) => {
      expect(await store.changes(5, 9)).toEqual([]);
      const all = [await mustPut(store, recordOf("a")), await mustPut(store, recordOf("b"))];
      const ahead = (all[1]?.revision ?? 0) + 1;
      expect(await store.changes(ahead, 9)).toEqual(all);
      expect(await store.changes(ahead, 1)).toEqual(all.slice(0, 1));
    });

    check("agree with a plain list, whatever is put, removed and forgotten", async ({ store }) =>
      checkAgainstModel(store),
    );
  });

  describe(`${name}: forgetting`, () => {
    check("takes what was removed before then, and nothing else", async ({ store, peer }) => {
      await mustPut(store, recordOf("old", { state: "removed", changedAt: 100 }));
      await mustPut(store, recordOf("edge", { state: "removed", changedAt: 200 }));
      await mustPut(store, recordOf("new", { state: "removed", changedAt: 300 }));
      await mustPut(store, recordOf("old", { version: "2", changedAt: 100 }));
      await mustPut(store, recordOf("back", { state: "removed", changedAt: 100 }));
      await mustPut(store, recordOf("back", { state: "checking", changedAt: 100 }));
      const other = await peer();
      await other.forget(200);
      const left = await store.changes(0, 9);
      expect(left.map(keyOf)).toEqual(["acme/edge 1", "acme/new 1", "acme/old 2", "acme/back 1"]);
      await other.forget(201);
      expect((await store.changes(0, 9)).map(keyOf)).toEqual(["acme/new 1", "acme/old 2", "acme/back 1"]);
      await other.close();
    });

    check("takes however many there are", async ({ store }) => {
      const records = Array.from({ length: 1203 }, (_, n) => recordOf(`e${n}`, { state: "removed", changedAt: n }));
      await Promise.all(records.map((record) => store.put(record)));
      await store.forget(1200);
      expect(namesOf(await store.changes(0, 9999)).toSorted()).toEqual(["acme/e1200", "acme/e1201", "acme/e1202"]);
    });

    check("gives no revision a second time, also after a restart", async ({ store, reopen }) => {
      const first = await mustPut(store, recordOf("a", { state: "removed", changedAt: 1 }));
      await store.forget(2);
      const again = await mustPut(store, recordOf("a", { state: "removed", changedAt: 1 }), 0);
      expect(again.revision).toBeGreaterThan(first.revision);
      await store.forget(2);
      expect(await store.changes(0, 9)).toEqual([]);
      const later = await reopen();
      expect((await mustPut(later, recordOf("a"), 0)).revision).toBeGreaterThan(again.revision);
    });
  });

  describe(`${name}: watching`, () => {
    checkWatching(check);
  });
  verifySkips();
}
