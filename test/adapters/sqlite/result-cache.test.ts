/** Does the cache stay small, keep what is used, and outlive a file that is spoilt? */
import { mkdir, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { openSqliteResultCache } from "../../../src/adapters/sqlite/result-cache.ts";
import { keyOf, outputsOf, resultCacheContract } from "../../contracts/result-cache.contract.ts";
import { temporaryFolder } from "../../fakes/temporary-folder.ts";

const HOUR = 3_600_000;

resultCacheContract({
  name: "sqlite result cache",
  open: async () => {
    const { folder, remove } = await temporaryFolder();
    const file = path.join(folder, "results.sqlite");
    const cache = openSqliteResultCache({ file, keepMs: HOUR });
    return {
      cache,
      peer: async (keepMs = HOUR) => openSqliteResultCache({ file, keepMs }),
      close: async () => {
        await cache.close();
        await remove();
      },
    };
  },
});

async function inFolder(use: (file: string, folder: string) => Promise<void>): Promise<void> {
  const { folder, remove } = await temporaryFolder();
  try {
    await use(path.join(folder, "results.sqlite"), folder);
  } finally {
    await remove();
  }
}

function rowsOf(file: string): string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare("SELECT key FROM results ORDER BY key").all();
  database.close();
  return rows.map((row) => String(row["key"]));
}

describe("sqlite result cache: its size", () => {
  it("is bounded; what was not used for longest goes first", () =>
    inFolder(async (file) => {
      const cache = openSqliteResultCache({ file, keepMs: HOUR, most: 10 });
      for (let n = 0; n < 10; n++) await cache.put(keyOf(n), outputsOf(`${n}`));
      // Uses are told apart by the millisecond.
      await new Promise((resolve) => setTimeout(resolve, 5));
      await cache.get(keyOf(0));
      for (let n = 10; n < 15; n++) await cache.put(keyOf(n), outputsOf(`${n}`));
      expect(rowsOf(file)).toEqual([0, 6, 7, 8, 9, 10, 11, 12, 13, 14].map(keyOf));
      await cache.close();
    }));

  it("stays near the bound where there is much", () =>
    inFolder(async (file) => {
      const cache = openSqliteResultCache({ file, keepMs: HOUR, most: 500 });
      for (let n = 0; n < 2000; n++) await cache.put(keyOf(n), outputsOf(`${n}`));
      const rows = rowsOf(file);
      expect(rows.length).toBeGreaterThanOrEqual(500);
      expect(rows.length).toBeLessThan(510);
      expect(await cache.get(keyOf(1999))).toEqual(outputsOf("1999"));
      await cache.close();
    }));

  it("does not count what has expired", () =>
    inFolder(async (file) => {
      const old = openSqliteResultCache({ file, keepMs: HOUR });
      for (let n = 0; n < 5; n++) await old.put(keyOf(n), outputsOf(`${n}`));
      await old.close();
      await new Promise((resolve) => setTimeout(resolve, 1100));
      // Long enough for a slow machine to look at what it has just put.
      const cache = openSqliteResultCache({ file, keepMs: 1000 });
      await cache.put(keyOf(9), outputsOf("9"));
      expect(rowsOf(file)).toEqual([keyOf(9)]);
      await cache.close();
    }));
});

describe("sqlite result cache: a file that can't be read", () => {
  it.each<[string, (file: string) => Promise<void>]>([
    ["no database at all", (file) => writeFile(file, "what is this? ".repeat(1000))],
    ["a database that was cut short", (file) => truncate(file, 5000)],
    [
      "a database that was written over",
      async (file) => {
        const bytes = await readFile(file);
        await writeFile(file, bytes.fill(0xff, 100));
      },
    ],
    [
      "of another version",
      async (file) => {
        const database = new DatabaseSync(file);
        database.exec("DROP TABLE results; CREATE TABLE results (something TEXT); PRAGMA user_version = 99");
        database.close();
      },
    ],
  ])("is begun anew: %s", (_what, spoil) =>
    inFolder(async (file) => {
      const first = openSqliteResultCache({ file, keepMs: HOUR });
      for (let n = 0; n < 100; n++) await first.put(keyOf(n), outputsOf("x".repeat(200)));
      await first.close();
      await spoil(file);
      const cache = openSqliteResultCache({ file, keepMs: HOUR });
      expect(await cache.get(keyOf(1))).toBeUndefined();
      await cache.put(keyOf(1), outputsOf("again"));
      expect(await cache.get(keyOf(1))).toEqual(outputsOf("again"));
      await cache.close();
    }),
  );

  it("is begun anew too where it is spoilt while it is open", () =>
    inFolder(async (file) => {
      const cache = openSqliteResultCache({ file, keepMs: HOUR });
      for (let n = 0; n < 2000; n++) await cache.put(keyOf(n), outputsOf("x".repeat(200)));
      const second = new DatabaseSync(file);
      second.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      second.close();
      const bytes = await readFile(file);
      await writeFile(file, bytes.fill(0xff, 4096));
      for (let n = 0; n < 2000; n += 10) await cache.get(keyOf(n));
      await cache.put(keyOf(1), outputsOf("again"));
      expect(await cache.get(keyOf(1))).toEqual(outputsOf("again"));
      await cache.close();
    }));

  it("is told of where there can't be one", () =>
    inFolder(async (file, folder) => {
      await mkdir(file);
      expect(() => openSqliteResultCache({ file, keepMs: HOUR })).toThrow(/results\.sqlite cannot be used/);
      expect(await readdir(folder)).toEqual(["results.sqlite"]);
    }));

  it("has a result that is none taken for nothing", () =>
    inFolder(async (file) => {
      const cache = openSqliteResultCache({ file, keepMs: HOUR });
      const database = new DatabaseSync(file);
      for (const [n, json] of ["{", "[]", "7", '{"text":{"type":"txet","value":1}}', '{"a":null}'].entries()) {
        database.prepare("INSERT INTO results VALUES (?, ?, ?, ?)").run(keyOf(n), Date.now(), Date.now(), json);
        expect(await cache.get(keyOf(n))).toBeUndefined();
      }
      database.close();
      await cache.close();
    }));
});
