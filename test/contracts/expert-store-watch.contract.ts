/** The watching part of the contract of expert stores: soon, for all who watch, and for nobody who has left. */
import { expect } from "vitest";
import { pause, until } from "./contract.ts";
import { createReader, mustPut, recordOf } from "./expert-records.ts";
import type { ExpertStoreHarness } from "./expert-store.contract.ts";

export function checkWatching(
  check: (name: string, run: (harness: ExpertStoreHarness) => Promise<void>) => void,
): void {
  check(
    "calls back after a put of this process and of another, with the change to be seen",
    async ({ store, peer }) => {
      const other = await peer();
      const readers = [createReader(store, 10), createReader(other, 10)];
      const ends = [store, other].map((each, i) => each.watch(() => void readers[i]?.look()));
      for (let n = 0; n < 30; n++) {
        const { revision } = await mustPut(n % 2 ? store : other, recordOf(`e${n % 4}`, { changedAt: n }));
        await until(() => readers.every((reader) => reader.lastRevision() >= revision));
        await pause(n % 3);
      }
      for (const end of ends) end();
      await other.close();
    },
  );

  check("misses nothing that is put while watching begins", async ({ store, peer }) => {
    const other = await peer();
    for (let n = 0; n < 20; n++) {
      const reader = createReader(other, 10);
      await reader.look();
      const end = other.watch(() => void reader.look());
      const { revision } = await mustPut(store, recordOf("a", { changedAt: n }));
      await until(() => reader.lastRevision() >= revision);
      end();
    }
    await other.close();
  });

  check("ends for one without ending for others, and calls nobody who has left", async ({ store }) => {
    const calls = { left: 0, stayed: 0 };
    const leave = store.watch(() => void (calls.left += 1));
    const end = store.watch(() => void (calls.stayed += 1));
    await mustPut(store, recordOf("a"));
    await until(() => calls.left > 0 && calls.stayed > 0);
    leave();
    leave();
    const before = { ...calls };
    for (let n = 0; calls.stayed < before.stayed + 3; n++) {
      await mustPut(store, recordOf("a", { changedAt: n }));
      await pause(2);
    }
    expect(calls.left).toBe(before.left);
    end();
  });

  check("ends when the store closes, and is nothing on a closed one", async ({ store, peer }) => {
    const other = await peer();
    const seen: string[] = [];
    other.watch(() => void seen.push("before"));
    await mustPut(store, recordOf("a"));
    await until(() => seen.length > 0);
    await other.close();
    const count = seen.length;
    const end = other.watch(() => void seen.push("after"));
    await mustPut(store, recordOf("b"));
    await pause(50);
    expect(seen).toHaveLength(count);
    end();
  });
}
