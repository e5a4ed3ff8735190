/** The part of the run store's contract about lists of runs: by age, and by deadline. */
import { expect } from "vitest";
import type { HeadFilter, RunStore } from "../../src/ports/run-store.ts";
import { addition, CREATED_AT, creation, ending, headOf } from "./events.ts";
import type { RunStoreHarness } from "./run-store.contract.ts";

const idsOf = async (store: RunStore, filter: HeadFilter): Promise<string[]> =>
  (await store.heads(filter)).map(({ runId }) => runId);

export function checkHeads(check: (name: string, run: (harness: RunStoreHarness) => Promise<void>) => void): void {
  check("shows the head of the last commit", async ({ store }) => {
    expect(await store.head("r")).toBeUndefined();
    await store.commit(creation("r", { head: headOf("r", { status: "planning" }) }));
    expect(await store.head("r")).toEqual(headOf("r", { status: "planning" }));
    const end = ending("r", 1);
    await store.commit(end);
    expect(await store.head("r")).toEqual(end.head);
  });

  check("lists newest first, by tenant, by whether they are active, and page by page", async ({ store }) => {
    for (let i = 0; i < 30; i++) {
      const details = { tenant: i % 2 ? "odd" : "even", createdAt: CREATED_AT + i };
      await store.commit(creation(`r${i}`, { head: headOf(`r${i}`, details) }));
      if (i % 3 === 0) await store.commit(ending(`r${i}`, 1, { head: headOf(`r${i}`, { ...details, active: false }) }));
    }
    const numbers = Array.from({ length: 30 }, (_, index) => 29 - index);
    const list = async (filter: Parameters<RunStore["heads"]>[0]): Promise<number[]> =>
      (await store.heads(filter)).map(({ runId }) => Number(runId.slice(1)));
    expect(await list({})).toEqual(numbers);
    expect(await list({ tenant: "odd" })).toEqual(numbers.filter((i) => i % 2 === 1));
    expect(await list({ tenant: "nobody" })).toEqual([]);
    expect(await list({ active: true })).toEqual(numbers.filter((i) => i % 3 !== 0));
    expect(await list({ active: false, tenant: "even" })).toEqual(numbers.filter((i) => i % 6 === 0));
    expect(await list({ limit: 4, createdBefore: CREATED_AT + 10 })).toEqual([9, 8, 7, 6]);
    expect(await list({ active: true, tenant: "odd", createdBefore: CREATED_AT + 6, limit: 2 })).toEqual([5, 1]);
  });

  check("lists 100 where no limit is said", async ({ store }) => {
    for (let i = 0; i < 103; i++) await store.commit(creation(`r${i}`));
    expect(await store.heads({})).toHaveLength(100);
  });

  check("lists the active runs whose deadline is past, the earliest first", async ({ store, reopen }) => {
    const due = (deadlineBefore: number, filter: HeadFilter = {}): Promise<string[]> =>
      idsOf(store, { active: true, deadlineBefore, ...filter });
    expect(await due(Number.MAX_SAFE_INTEGER)).toEqual([]);
    const deadlines = { c: 3000, a: 1000.5, ended: 500, b: 2000, moved: 100 };
    for (const [index, [run, deadlineAt]] of Object.entries(deadlines).entries()) {
      const tenant = run === "b" ? "theirs" : "default";
      const head = headOf(run, { deadlineAt, tenant, createdAt: CREATED_AT + index });
      await store.commit(creation(run, { head }));
    }
    await store.commit(ending("ended", 1, { head: headOf("ended", { deadlineAt: 500, active: false }) }));
    await store.commit(addition("moved", 1, { head: headOf("moved", { deadlineAt: 2500 }) }));
    expect(await due(1000)).toEqual([]);
    expect(await due(1000.5)).toEqual([]);
    expect(await due(1001)).toEqual(["a"]);
    expect(await due(2500)).toEqual(["a", "b"]);
    expect(await due(9999)).toEqual(["a", "b", "moved", "c"]);
    expect(await due(9999, { limit: 2 })).toEqual(["a", "b"]);
    expect(await due(9999, { tenant: "default" })).toEqual(["a", "moved", "c"]);
    expect(await due(9999, { tenant: "default", limit: 2 })).toEqual(["a", "moved"]);
    expect(await due(9999, { createdBefore: CREATED_AT + 1 })).toContain("c");
    expect(await due(9999, { createdBefore: CREATED_AT + 1 })).not.toContain("b");
    await store.commit(ending("b", 1, { head: headOf("b", { tenant: "theirs", active: false }) }));
    const again = await reopen();
    expect(await idsOf(again, { active: true, deadlineBefore: 9999 })).toEqual(["a", "moved", "c"]);
  });
}
