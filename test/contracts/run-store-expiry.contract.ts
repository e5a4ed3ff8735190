/** The part of the run store's contract about runs that ended long ago: they vanish whole, and nothing else does. */
import { expect } from "vitest";
import type { RunStore } from "../../src/ports/run-store.ts";
import { pause, until } from "./contract.ts";
import { addition, creation, ending, entryOf, headOf } from "./events.ts";
import type { RunStoreHarness } from "./run-store.contract.ts";

type Check = (
  name: string,
  run: (harness: RunStoreHarness) => Promise<void>,
  open: () => Promise<RunStoreHarness>,
) => void;

const KEEP_MS = 150;

/** A store may need the end of other runs to forget one. */
async function forgets(store: RunStore, ...runs: readonly string[]): Promise<void> {
  const all = async (): Promise<boolean> => {
    const heads = await Promise.all(runs.map((run) => store.head(run)));
    return heads.every((head) => head === undefined);
  };
  for (let i = 0; !(await all()); i++) {
    await store.commit(creation(`later-${runs.join("-")}-${i}`));
    await store.commit(ending(`later-${runs.join("-")}-${i}`, 1));
    await pause(5);
  }
}

export function checkExpiry(check: Check, open: (keepFinishedMs?: number) => Promise<RunStoreHarness>): void {
  check(
    "they vanish with all that is theirs, and those that are active stay",
    async ({ store }) => {
      const idempotency = { key: "k", fingerprint: "f" };
      await store.commit(creation("active", { outbox: [entryOf("active", "a")] }));
      await store.commit(creation("old", { idempotency, outbox: [entryOf("old", "a")] }));
      await store.commit(addition("old", 1, {}, 30));
      await store.commit(creation("theirs", { idempotency, head: headOf("theirs", { tenant: "theirs" }) }));
      await store.commit(ending("old", 31));
      const keyed = creation("again", { idempotency });
      expect(await store.commit(keyed)).toMatchObject({ outcome: "exists", runId: "old" });
      await forgets(store, "old");
      expect(await store.read("old")).toEqual([]);
      const listed = (await store.heads({ limit: 1000 })).map(({ runId }) => runId);
      expect(listed).not.toContain("old");
      expect(listed).toEqual(expect.arrayContaining(["active", "theirs"]));
      expect(await store.outbox(Number.MAX_SAFE_INTEGER, 10)).toEqual([entryOf("active", "a")]);
      expect(await store.commit(keyed)).toEqual({ outcome: "committed" });
      const other = creation("other", { idempotency, head: headOf("other", { tenant: "theirs" }) });
      expect(await store.commit(other)).toMatchObject({ outcome: "exists", runId: "theirs" });
      // The id is free, and nothing of the old run shows in a new one.
      expect(await store.commit(creation("old"))).toEqual({ outcome: "committed" });
      expect(await store.read("old")).toHaveLength(1);
    },
    () => open(KEEP_MS),
  );

  check(
    "they are there for as long as was said, and those of a store that was closed vanish after it has opened",
    async ({ store, reopen }) => {
      for (const run of ["a", "b", "c"]) await store.commit(creation(run));
      const endedAt = performance.now();
      for (const run of ["a", "b", "c"]) await store.commit(ending(run, 1));
      const kept = await store.read("a");
      // Not a matter of how quick this is: if it was too slow to look, there is nothing to be seen.
      if (performance.now() - endedAt < KEEP_MS / 2) expect(kept).toHaveLength(2);
      await pause(KEEP_MS * 1.5);
      const again = await reopen();
      await until(async () => (await again.heads({})).length === 0);
      expect(await again.read("b")).toEqual([]);
    },
    () => open(KEEP_MS),
  );

  check(
    "they stay where nobody says for how long",
    async ({ store, reopen }) => {
      await store.commit(creation("r"));
      await store.commit(ending("r", 1));
      await pause(20);
      const again = await reopen();
      await again.commit(creation("s"));
      await again.commit(ending("s", 1));
      expect(await again.read("r")).toHaveLength(2);
    },
    () => open(),
  );
}
