/** The watching part of the run store's contract: every event once and in order, however commits and watchers fall. */
import { expect } from "vitest";
import type { RunStore } from "../../src/ports/run-store.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { pause, until } from "./contract.ts";
import { addition, creation, ending } from "./events.ts";
import type { RunStoreHarness } from "./run-store.contract.ts";

const never = new AbortController().signal;

async function collect(events: AsyncIterable<RunEvent>, into: number[] = []): Promise<number[]> {
  for await (const event of events) into.push(event.seq);
  return into;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Creates the run, adds notes one by one, ends it; gives up its turn now and then, so that watchers come in between. */
async function commitAll(store: RunStore, commits: number, onRevision: (revision: number) => void): Promise<void> {
  await store.commit(creation("r"));
  for (let revision = 1; revision < commits; revision++) {
    onRevision(revision);
    await store.commit(addition("r", revision));
    if (revision % 7 < 2) await pause(0);
  }
  await store.commit(ending("r", commits));
}

export function checkWatching(check: (name: string, run: (harness: RunStoreHarness) => Promise<void>) => void): void {
  check("gives what is there, then what comes, and ends with the run", async ({ store }) => {
    await store.commit(creation("r"));
    await store.commit(addition("r", 1, {}, 2));
    const seen: number[] = [];
    const watching = collect(store.watch("r", 1, never), seen);
    await until(() => seen.length === 2);
    await store.commit(addition("r", 3));
    await until(() => seen.length === 3);
    await store.commit(ending("r", 4));
    expect(await watching).toEqual([2, 3, 4, 5]);
  });

  check("gives whole events", async ({ store }) => {
    await store.commit(creation("r"));
    await store.commit(ending("r", 1));
    const seen: RunEvent[] = [];
    for await (const event of store.watch("r", 0, never)) seen.push(event);
    expect(seen).toEqual(await store.read("r"));
  });

  check("loses and doubles nothing, whenever and from wherever one starts", async ({ store }) => {
    const watchers: { after: number; seen: Promise<number[]> }[] = [];
    await commitAll(store, 100, (revision) => {
      const after = (revision * revision) % (revision + 3);
      watchers.push({ after, seen: collect(store.watch("r", after, never)) });
    });
    for (const { after, seen } of watchers) expect(await seen).toEqual(range(after + 1, 101));
    expect(watchers).toHaveLength(99);
  });

  check("sees what another process commits", async ({ store, peer }) => {
    const other = await peer();
    await store.commit(creation("r"));
    const watching = [collect(store.watch("r", 0, never)), collect(other.watch("r", 0, never))];
    for (let revision = 1; revision < 40; revision++) {
      await (revision % 2 ? store : other).commit(addition("r", revision));
      await pause(revision % 3);
    }
    await other.commit(ending("r", 40));
    for (const seen of watching) expect(await seen).toEqual(range(1, 41));
    await other.close();
  });

  check("gives many events at once to one who comes late", async ({ store }) => {
    await store.commit(creation("r"));
    await store.commit(addition("r", 1, {}, 1500));
    await store.commit(ending("r", 1501));
    expect(await collect(store.watch("r", 700, never))).toEqual(range(701, 1502));
  });

  check("ends at once where nothing can come: an unknown run, or one that has ended", async ({ store }) => {
    expect(await collect(store.watch("nobody", 0, never))).toEqual([]);
    await store.commit(creation("r"));
    await store.commit(ending("r", 1));
    expect(await collect(store.watch("r", 2, never))).toEqual([]);
    expect(await collect(store.watch("r", 99, never))).toEqual([]);
  });

  check("ends on abort, before, while and between events", async ({ store }) => {
    await store.commit(creation("r"));
    await store.commit(addition("r", 1, {}, 5));
    expect(await collect(store.watch("r", 0, AbortSignal.abort()))).toEqual([]);
    const idle = new AbortController();
    const seen: number[] = [];
    const watching = collect(store.watch("r", 0, idle.signal), seen);
    await until(() => seen.length === 6);
    idle.abort();
    expect(await watching).toEqual(range(1, 6));
    const busy = new AbortController();
    let count = 0;
    for await (const event of store.watch("r", 0, busy.signal)) {
      count = event.seq;
      if (count === 3) busy.abort();
    }
    expect(count).toBe(3);
  });

  check("a watcher that leaves or is slow does not hold up others", async ({ store }) => {
    await store.commit(creation("r"));
    for await (const event of store.watch("r", 0, never)) if (event.seq === 1) break;
    const slow = store.watch("r", 0, never)[Symbol.asyncIterator]();
    await slow.next();
    const quick = collect(store.watch("r", 0, never));
    for (let revision = 1; revision < 30; revision++) await store.commit(addition("r", revision));
    await store.commit(ending("r", 30));
    expect(await quick).toEqual(range(1, 31));
    expect((await slow.next()).value?.seq).toBe(2);
    await slow.return?.();
  });

  check("ends when the store closes", async ({ store }) => {
    await store.commit(creation("r"));
    const seen: number[] = [];
    const watching = collect(store.watch("r", 0, never), seen);
    await until(() => seen.length === 1);
    await store.close();
    expect(await watching).toEqual([1]);
  });
}
