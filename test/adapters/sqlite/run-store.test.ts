import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { openSqliteRunStore } from "../../../src/adapters/sqlite/run-store.ts";
import { rejection, until } from "../../contracts/contract.ts";
import { addition, creation, ending, entryOf } from "../../contracts/events.ts";
import { runStoreContract } from "../../contracts/run-store.contract.ts";
import { temporaryFolder } from "../../fakes/temporary-folder.ts";

runStoreContract({
  name: "sqlite run store",
  open: async (keepFinishedMs) => {
    const { folder, remove } = await temporaryFolder();
    const expiry = keepFinishedMs === undefined ? {} : { keepFinishedMs };
    const openStore = () => openSqliteRunStore({ file: path.join(folder, "runs.db"), pollMs: 20, ...expiry });
    let store = openStore();
    return {
      store,
      peer: async () => openStore(),
      reopen: async () => {
        await store.close();
        return (store = openStore());
      },
      close: async () => {
        await store.close();
        await remove();
      },
    };
  },
});

const LATER = Number.MAX_SAFE_INTEGER;

async function inFolder(use: (file: string) => Promise<void>): Promise<void> {
  const { folder, remove } = await temporaryFolder();
  try {
    await use(path.join(folder, "runs.db"));
  } finally {
    await remove();
  }
}

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return expect.fail("it was expected to throw");
}

describe("sqlite run store: the file", () => {
  it("a commit that fails half-way leaves nothing", () =>
    inFolder(async (file) => {
      const store = openSqliteRunStore({ file });
      const saboteur = new DatabaseSync(file);
      saboteur.exec(`CREATE TRIGGER fail BEFORE INSERT ON idempotency BEGIN SELECT RAISE(ABORT, 'sabotage'); END`);
      const idempotency = { key: "k", fingerprint: "f" };
      const error = await rejection(store.commit(creation("r", { outbox: [entryOf("r", "a")], idempotency })));
      expect(String(error)).toContain("sabotage");
      expect(await store.read("r")).toEqual([]);
      expect(await store.head("r")).toBeUndefined();
      expect(await store.outbox(LATER, 10)).toEqual([]);
      expect(await store.commit(creation("r"))).toEqual({ outcome: "committed" });
      saboteur.close();
      await store.close();
    }));

  it("a file that a newer Tutti wrote is left alone, and the message says what to do", () =>
    inFolder(async (file) => {
      await openSqliteRunStore({ file }).close();
      const newer = new DatabaseSync(file);
      newer.exec("PRAGMA user_version = 999");
      newer.close();
      for (const readOnly of [true, false]) {
        const error = thrownBy(() => openSqliteRunStore({ file, readOnly }));
        expect(error).toMatchObject({ code: "unsupported-version" });
        expect(String(error)).toMatch(/runs\.db.*999.*Update Tutti/);
      }
    }));

  it("a file that is no store, or that cannot be, is named", () =>
    inFolder(async (file) => {
      await writeFile(file, "no database at all, but long enough to look like one".repeat(100));
      for (const bad of [file, path.join(file, "below", "a-file")]) {
        const error = thrownBy(() => openSqliteRunStore({ file: bad }));
        expect(error).toMatchObject({ code: "misconfigured" });
        expect(String(error)).toContain(bad);
      }
      expect(await readFile(file, "utf8")).toMatch(/^no database/);
    }));

  it("can be read while a server writes to it, and after it has stopped, but not written to", () =>
    inFolder(async (file) => {
      expect(thrownBy(() => openSqliteRunStore({ file, readOnly: true }))).toMatchObject({ code: "misconfigured" });
      const server = openSqliteRunStore({ file });
      await server.commit(creation("r"));
      const reader = openSqliteRunStore({ file, readOnly: true, pollMs: 10 });
      const seen: number[] = [];
      const watching = (async () => {
        for await (const { seq } of reader.watch("r", 0, new AbortController().signal)) seen.push(seq);
      })();
      await until(() => seen.length === 1);
      await server.commit(addition("r", 1));
      await until(() => seen.length === 2);
      expect(await rejection(reader.commit(addition("r", 2)))).toBeInstanceOf(Error);
      await server.commit(ending("r", 2));
      await watching;
      expect(seen).toEqual([1, 2, 3]);
      await reader.close();
      await server.close();
      const later = openSqliteRunStore({ file, readOnly: true });
      expect(await later.read("r")).toHaveLength(3);
      await later.close();
    }));

  it("says who is in the way when somebody keeps the file locked, and that it may go away", () =>
    inFolder(async (file) => {
      const store = openSqliteRunStore({ file });
      const other = new DatabaseSync(file);
      other.exec("BEGIN IMMEDIATE");
      const error = await rejection(store.commit(creation("r")));
      expect(error).toMatchObject({ code: "in-use", retryable: true });
      other.exec("ROLLBACK");
      expect(await store.commit(creation("r"))).toEqual({ outcome: "committed" });
      other.close();
      await store.close();
    }));

  it("a closed store says so", () =>
    inFolder(async (file) => {
      const store = openSqliteRunStore({ file });
      await store.close();
      await store.close();
      const late = [store.commit(creation("r")), store.read("r"), store.heads({}), store.removeFromOutbox([])];
      const errors = await Promise.all(late.map(rejection));
      expect(errors).toMatchObject(late.map(() => ({ code: "shutting-down" })));
    }));
});
