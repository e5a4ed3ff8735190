/** What every run store promises: atomic commits at a revision, heads, outbox, and watching without a gap. */
import * as fc from "fast-check";
import { describe, expect } from "vitest";
import type { Commit, RunStore } from "../../src/ports/run-store.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { contractTests, rejection, type Closable, type ContractSkip } from "./contract.ts";
import { addition, CREATED_AT, creation, ending, entryOf, headOf, noteEvent } from "./events.ts";
import { checkExpiry } from "./run-store-expiry.contract.ts";
import { checkHeads } from "./run-store-heads.contract.ts";
import { checkWatching } from "./run-store-watch.contract.ts";

export interface RunStoreHarness extends Closable {
  /** Empty at first. */
  readonly store: RunStore;
  /** A second store over the same data, as another process would have it; closed by the test. */
  readonly peer: () => Promise<RunStore>;
  /** Closes what is open and opens it again, as after a restart. */
  readonly reopen: () => Promise<RunStore>;
}

export interface RunStoreContract {
  readonly name: string;
  /** @param keepFinishedMs How long a run is kept after its end; undefined for ever. */
  readonly open: (keepFinishedMs?: number) => Promise<RunStoreHarness>;
  readonly skip?: readonly ContractSkip[];
}

const LATER = CREATED_AT + 1_000_000;

export function runStoreContract({ name, open, skip }: RunStoreContract): void {
  const { check, verifySkips } = contractTests(() => open(), skip);

  describe(`${name}: commits`, () => {
    check("gives back the events that were committed, in order, after any seq", async ({ store }) => {
      expect(await store.commit(creation("r"))).toEqual({ outcome: "committed" });
      const more = addition("r", 1, {}, 3);
      expect(await store.commit(more)).toEqual({ outcome: "committed" });
      const all = [...creation("r").events, ...more.events];
      expect(await store.read("r")).toEqual(all);
      expect(await store.read("r", 2)).toEqual(all.slice(2));
      expect(await store.read("r", 4)).toEqual([]);
      expect(await store.read("nobody")).toEqual([]);
    });

    check("keeps texts and numbers of any kind as they are", async ({ store }) => {
      const text = `"quotes" \\back\\slash {{x}} <GENERATED>-0 zero\u0000 \u{1F600} \ud800 \r\n\t${"long ".repeat(2000)}`;
      const events = [noteEvent("r", 2, text)];
      await store.commit(creation("r", { head: headOf("r", { title: text, deadlineAt: 0.5 }) }));
      await store.commit(addition("r", 1, { events, head: headOf("r", { title: text, deadlineAt: 0.5 }) }));
      expect(await store.read("r", 1)).toEqual(events);
      expect(await store.head("r")).toEqual(headOf("r", { title: text, deadlineAt: 0.5 }));
    });

    check("refuses a commit at another revision than the run's", async ({ store }) => {
      expect(await store.commit(addition("r", 1))).toMatchObject({ outcome: "conflict" });
      await store.commit(creation("r"));
      await store.commit(addition("r", 1));
      for (const stale of [creation("r"), addition("r", 1), addition("r", 3)]) {
        expect(await store.commit(stale)).toMatchObject({ outcome: "conflict" });
      }
      expect(await store.read("r")).toHaveLength(2);
    });

    check("lets exactly one of many commits at one revision win, over two stores", async ({ store, peer }) => {
      const other = await peer();
      await store.commit(creation("r"));
      for (let revision = 1; revision <= 20; revision++) {
        const rivals = Array.from({ length: 6 }, (_, rival): Commit => {
          return addition("r", revision, { events: [noteEvent("r", revision + 1, `rival ${rival}`)] });
        });
        const results = await Promise.all(rivals.map((rival, i) => (i % 2 ? store : other).commit(rival)));
        expect(results.filter(({ outcome }) => outcome === "committed")).toHaveLength(1);
        const winner = rivals[results.findIndex(({ outcome }) => outcome === "committed")];
        expect(await store.read("r", revision)).toEqual(winner?.events);
      }
      await other.close();
    });

    check("a conflict changes nothing: no event, head, outbox entry or key", async ({ store }) => {
      await store.commit(creation("r"));
      const head = headOf("r", { title: "other" });
      await store.commit(addition("r", 5, { head, outbox: [entryOf("r", "a")] }));
      await store.commit(creation("r", { head, idempotency: { key: "k", fingerprint: "f" } }));
      expect(await store.read("r")).toHaveLength(1);
      expect(await store.head("r")).toEqual(headOf("r"));
      expect(await store.outbox(LATER, 10)).toEqual([]);
      const next = await store.commit(creation("s", { idempotency: { key: "k", fingerprint: "f" } }));
      expect(next).toEqual({ outcome: "committed" });
    });

    check("a commit that fails changes nothing", async ({ store }) => {
      const circular: Record<string, unknown> = {};
      circular["self"] = circular;
      const unwritable = { ...noteEvent("r", 3), data: circular } as unknown as RunEvent;
      const outbox = [entryOf("r", "a")];
      const idempotency = { key: "k", fingerprint: "f" };
      const faulty: Commit[] = [
        creation("r", { events: [], outbox, idempotency }),
        creation("r", { events: [noteEvent("r", 1), noteEvent("r", 3)], outbox, idempotency }),
        creation("r", { events: [noteEvent("r", 1), noteEvent("s", 2)], outbox, idempotency }),
        creation("r", { events: [noteEvent("r", 1), noteEvent("r", 2), unwritable], outbox, idempotency }),
        creation("r", { outbox: [entryOf("s", "a")], idempotency }),
        { ...creation("r", { outbox, idempotency }), head: headOf("s") },
        creation("r", { outbox, idempotency, head: headOf("r", { deadlineAt: NaN }) }),
        creation("r", { outbox: [...outbox, entryOf("r", "b", NaN)], idempotency }),
      ];
      for (const commit of faulty) expect(await rejection(store.commit(commit))).toBeInstanceOf(Error);
      expect(await store.read("r")).toEqual([]);
      expect(await store.head("r")).toBeUndefined();
      expect(await store.heads({})).toEqual([]);
      expect(await store.outbox(LATER, 10)).toEqual([]);
      expect(await store.commit(creation("r", { idempotency }))).toEqual({ outcome: "committed" });
    });

    check("behaves like a list of events for any series of commits", async ({ store }) => {
      let runs = 0;
      const commits = fc.array(
        fc.record({ count: fc.integer({ min: 1, max: 4 }), miss: fc.integer({ min: -2, max: 2 }) }),
      );
      const property = fc.asyncProperty(commits, async (plan) => {
        const run = `property-${runs++}`;
        const model: RunEvent[] = [];
        for (const { count, miss } of plan) {
          const revision = Math.max(0, model.length + miss);
          const commit = addition(run, revision, {}, count);
          const outcome = revision === model.length ? "committed" : "conflict";
          const result = await store.commit(commit);
          expect(result.outcome).toBe(outcome);
          // A store that tells the loser what was missed tells all of it.
          if (result.outcome === "conflict" && result.missed) expect(result.missed).toEqual(model.slice(revision));
          if (outcome === "committed") model.push(...commit.events);
        }
        expect(await store.read(run)).toEqual(model);
      });
      await fc.assert(property, { numRuns: 40 });
    });

    check("has everything after a restart", async ({ store, reopen }) => {
      const idempotency = { key: "k", fingerprint: "f" };
      await store.commit(creation("r", { idempotency, outbox: [entryOf("r", "a")] }));
      await store.commit(addition("r", 1, { outbox: [entryOf("r", "b")] }, 50));
      await store.removeFromOutbox([entryOf("r", "a")]);
      const before = await store.read("r");
      const again = await reopen();
      expect(await again.read("r")).toEqual(before);
      expect(await again.head("r")).toEqual(headOf("r"));
      expect(await again.outbox(LATER, 10)).toEqual([entryOf("r", "b")]);
      const exists = { outcome: "exists", runId: "r", fingerprint: "f" };
      expect(await again.commit(creation("s", { idempotency }))).toEqual(exists);
      expect(await again.commit(addition("r", 51))).toEqual({ outcome: "committed" });
    });
  });

  describe(`${name}: idempotent creation`, () => {
    check("a key creates one run, and says which, with the fingerprint it was first used with", async ({ store }) => {
      const first = creation("r", { idempotency: { key: "k", fingerprint: "one" } });
      expect(await store.commit(first)).toEqual({ outcome: "committed" });
      const second = creation("s", { idempotency: { key: "k", fingerprint: "two" }, outbox: [entryOf("s", "a")] });
      expect(await store.commit(second)).toEqual({ outcome: "exists", runId: "r", fingerprint: "one" });
      expect(await store.read("s")).toEqual([]);
      expect(await store.head("s")).toBeUndefined();
      expect(await store.outbox(LATER, 10)).toEqual([]);
      expect(await store.commit(first)).toEqual({ outcome: "exists", runId: "r", fingerprint: "one" });
    });

    check("of many creations with one key at once, one is made", async ({ store, peer }) => {
      const other = await peer();
      const ids = Array.from({ length: 12 }, (_, index) => `run-${index}`);
      const idempotency = { key: "k", fingerprint: "f" };
      const results = await Promise.all(
        ids.map((id, index) => (index % 2 ? store : other).commit(creation(id, { idempotency }))),
      );
      const made = ids.filter((_, index) => results[index]?.outcome === "committed");
      expect(made).toHaveLength(1);
      const others = results.filter(({ outcome }) => outcome === "exists");
      expect(others).toEqual(
        Array.from({ length: 11 }, () => ({ outcome: "exists", runId: made[0], fingerprint: "f" })),
      );
      await other.close();
    });

    check("the same key of another tenant is another key", async ({ store }) => {
      const idempotency = { key: "k", fingerprint: "f" };
      await store.commit(creation("r", { idempotency }));
      const other = creation("s", { idempotency, head: headOf("s", { tenant: "other" }) });
      expect(await store.commit(other)).toEqual({ outcome: "committed" });
    });
  });

  describe(`${name}: heads`, () => {
    checkHeads(check);
  });

  describe(`${name}: outbox`, () => {
    check("gives what is due, oldest first, and keeps it until it is removed", async ({ store }) => {
      const [a, b, c] = [entryOf("r", "a", 3000), entryOf("r", "b", 1000), entryOf("r", "c", 2000)];
      await store.commit(creation("r", { outbox: [a, b] }));
      await store.commit(creation("s", { outbox: [entryOf("s", "a", 1500)] }));
      await store.commit(addition("r", 1, { outbox: [c] }));
      expect(await store.outbox(999, 10)).toEqual([]);
      expect(await store.outbox(2000, 10)).toEqual([b, entryOf("s", "a", 1500), c]);
      expect(await store.outbox(LATER, 2)).toEqual([b, entryOf("s", "a", 1500)]);
      await store.removeFromOutbox([b, c]);
      expect(await store.outbox(LATER, 10)).toEqual([entryOf("s", "a", 1500), a]);
      await store.removeFromOutbox([]);
      await store.removeFromOutbox([b, entryOf("nobody", "x")]);
      expect(await store.outbox(LATER, 10)).toHaveLength(2);
    });

    check("an entry that is there already stays as it is; another attempt is another entry", async ({ store }) => {
      const entry = entryOf("r", "a", 1000);
      await store.commit(creation("r", { outbox: [entry, entry] }));
      await store.commit(addition("r", 1, { outbox: [entryOf("r", "a", 2000), entryOf("r", "a", 3000, 2)] }));
      expect(await store.outbox(LATER, 10)).toEqual([entry, entryOf("r", "a", 3000, 2)]);
      await store.removeFromOutbox([entry]);
      expect(await store.outbox(LATER, 10)).toEqual([entryOf("r", "a", 3000, 2)]);
    });

    check("attempt 0 is an attempt like others", async ({ store, reopen }) => {
      const entries = [entryOf("r", "a", 1000, 0), entryOf("r", "b", 2000, 0), entryOf("r", "a", 3000, 1)];
      await store.commit(creation("r", { outbox: entries }));
      const again = await reopen();
      expect(await again.outbox(LATER, 10)).toEqual(entries);
      await again.removeFromOutbox([entryOf("r", "a", 0, 0)]);
      expect(await again.outbox(LATER, 10)).toEqual(entries.slice(1));
      await again.commit(ending("r", 1));
      expect(await again.outbox(LATER, 10)).toEqual([]);
    });

    check("the end of a run takes out its entries, and none but its own", async ({ store }) => {
      await store.commit(creation("r", { outbox: [entryOf("r", "a"), entryOf("r", "b")] }));
      await store.commit(creation("s", { outbox: [entryOf("s", "a")] }));
      await store.commit(ending("r", 1, { outbox: [entryOf("r", "c")] }));
      expect(await store.outbox(LATER, 10)).toEqual([entryOf("s", "a")]);
    });
  });

  describe(`${name}: watching`, () => {
    checkWatching(check);
  });

  describe(`${name}: runs that ended long ago`, () => {
    checkExpiry(check, open);
  });
  verifySkips();
}
