/** A sceptic would say: anybody on the machine can read the secrets, and two processes give one revision twice. */
import { execFile } from "node:child_process";
import { chmod, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { openSqliteExpertStore } from "../../../src/adapters/sqlite/expert-store.ts";
import { rejection } from "../../contracts/contract.ts";
import { createReader, keyOf, recordOf } from "../../contracts/expert-records.ts";
import { expertStoreContract } from "../../contracts/expert-store.contract.ts";
import { temporaryFolder } from "../../fakes/temporary-folder.ts";

expertStoreContract({
  name: "sqlite expert store",
  open: async () => {
    const { folder, remove } = await temporaryFolder();
    const openStore = () => openSqliteExpertStore({ file: path.join(folder, "experts.sqlite"), pollMs: 10 });
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

async function inFolder(use: (file: string, folder: string) => Promise<void>): Promise<void> {
  const { folder, remove } = await temporaryFolder();
  try {
    await use(path.join(folder, "experts.sqlite"), folder);
  } finally {
    await remove();
  }
}

const modesOf = async (folder: string): Promise<Record<string, string>> => {
  const names = (await readdir(folder)).toSorted();
  const modes = names.map(async (name) => [name, ((await stat(path.join(folder, name))).mode & 0o777).toString(8)]);
  return Object.fromEntries(await Promise.all(modes));
};

const ofOwner = { "experts.sqlite": "600", "experts.sqlite-shm": "600", "experts.sqlite-wal": "600" };

describe("sqlite expert store: secrets", () => {
  it("only its owner may read the file, and those beside it", () =>
    inFolder(async (file, folder) => {
      const umask = process.umask(0);
      try {
        const store = openSqliteExpertStore({ file });
        await store.put(recordOf("a"));
        expect(await modesOf(folder)).toEqual(ofOwner);
        await store.close();
      } finally {
        process.umask(umask);
      }
    }));

  it("nor one that was made for all", () =>
    inFolder(async (file, folder) => {
      await writeFile(file, "");
      await chmod(file, 0o666);
      const store = openSqliteExpertStore({ file });
      await store.put(recordOf("a"));
      expect(await modesOf(folder)).toEqual(ofOwner);
      await store.close();
    }));

  it("nothing of a forgotten record is left in the file", () =>
    inFolder(async (file) => {
      const store = openSqliteExpertStore({ file });
      const { registration } = recordOf("a");
      const secret = "tell-nobody-".repeat(1000);
      const record = recordOf("a", { registration: { ...registration, secrets: { token: secret } } });
      await store.put(record);
      await store.put(recordOf("b"));
      await store.put({ ...record, state: "removed", changedAt: 1 });
      await store.forget(2);
      await store.close();
      expect((await readFile(file, "latin1")).includes("tell-nobody")).toBe(false);
      const later = openSqliteExpertStore({ file });
      expect((await later.changes(0, 9)).map(keyOf)).toEqual(["acme/b 1"]);
      await later.close();
    }));
});

describe("sqlite expert store: the file", () => {
  it("readers miss nothing that other processes write at the same time", () =>
    inFolder(async (file) => {
      const store = openSqliteExpertStore({ file });
      const reader = createReader(store, 3);
      const module = path.resolve("src/adapters/sqlite/expert-store.ts");
      const write = (writer: number) => `
        import { openSqliteExpertStore } from ${JSON.stringify(module)};
        const store = openSqliteExpertStore({ file: ${JSON.stringify(file)} });
        const record = ${JSON.stringify(recordOf("x"))};
        for (let n = 0; n < 100; n++) {
          const registration = { ...record.registration, id: "acme/e" + (n * n + ${writer}) % 17 };
          await store.put({ ...record, registration, changedAt: n });
        }
        await store.close();`;
      const done = new AbortController();
      const run = promisify(execFile);
      const writing = Promise.all(
        [0, 1].map((writer) => run(process.execPath, ["--input-type=module-typescript", "-e", write(writer)])),
      ).finally(() => done.abort());
      while (!done.signal.aborted) {
        await reader.look();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await writing;
      await reader.look();
      const truth = new Map((await store.changes(0, 99)).map((record) => [keyOf(record), record]));
      expect(reader.known).toEqual(truth);
      expect(reader.lastRevision()).toBe(200);
      await store.close();
    }));

  it("a put that fails half-way leaves nothing, not even a revision", () =>
    inFolder(async (file) => {
      const store = openSqliteExpertStore({ file });
      const first = await store.put(recordOf("a"));
      const saboteur = new DatabaseSync(file);
      saboteur.exec(`CREATE TRIGGER fail AFTER INSERT ON experts BEGIN SELECT RAISE(FAIL, 'sabotage'); END`);
      expect(String(await rejection(store.put(recordOf("a", { state: "removed" }))))).toContain("sabotage");
      saboteur.exec("DROP TRIGGER fail");
      saboteur.close();
      expect(await store.changes(0, 9)).toEqual([first]);
      expect(await store.put(recordOf("b"))).toMatchObject({ revision: 2 });
      await store.close();
    }));

  it("finds the changes and the removed among many without looking at all", () =>
    inFolder(async (file) => {
      await openSqliteExpertStore({ file }).close();
      const database = new DatabaseSync(file);
      const plan = (sql: string) => JSON.stringify(database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all());
      expect(plan("SELECT * FROM experts WHERE revision > 5 ORDER BY revision LIMIT 5")).toContain(
        "USING INTEGER PRIMARY KEY",
      );
      expect(plan("DELETE FROM experts WHERE removed_at < 5")).toContain("USING INDEX experts_removed");
      database.close();
    }));

  it("says who is in the way when somebody keeps the file locked, and that it may go away", () =>
    inFolder(async (file) => {
      const store = openSqliteExpertStore({ file });
      const other = new DatabaseSync(file);
      other.exec("BEGIN IMMEDIATE");
      const error = await rejection(store.put(recordOf("a")));
      expect(error).toMatchObject({ code: "in-use", retryable: true });
      expect(String(error)).toMatch(/experts\.sqlite, the store of experts, locked/);
      other.exec("ROLLBACK");
      expect(await store.put(recordOf("a"), 0)).toMatchObject({ revision: 1 });
      other.close();
      await store.close();
    }));

  it("a file that a newer Tutti wrote is left alone, and the message says what to do", () =>
    inFolder(async (file) => {
      await openSqliteExpertStore({ file }).close();
      const newer = new DatabaseSync(file);
      newer.exec("PRAGMA user_version = 999");
      newer.close();
      expect(() => openSqliteExpertStore({ file })).toThrow(/experts\.sqlite.*999.*Update Tutti/);
    }));

  it("a file that is no store, or that cannot be, is named and left alone", () =>
    inFolder(async (file) => {
      await writeFile(file, "no database at all, but long enough to look like one".repeat(100));
      for (const bad of [file, path.join(file, "below", "a-file")]) {
        expect(() => openSqliteExpertStore({ file: bad })).toThrow(`${bad} cannot be used as the store of experts`);
      }
      expect(await readFile(file, "utf8")).toMatch(/^no database/);
    }));
});
