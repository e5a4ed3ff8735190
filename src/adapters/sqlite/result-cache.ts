/** The result cache of a single machine: one SQLite file, which is begun anew where it can't be read. */
import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { parseOutputs } from "../../assets/recorded-outputs.ts";
import { TuttiError } from "../../errors.ts";
import type { ResultCache } from "../../ports/result-cache.ts";

export interface SqliteResultCacheOptions {
  readonly file: string;
  /** How long a result is reused, milliseconds. */
  readonly keepMs: number;
  /** Results that are kept; beyond, those that were not used for longest go. @default 20000 */
  readonly most?: number;
}

/** Version of the table below; a file of another one is begun anew. */
const SCHEMA_VERSION = 1;
/** A wait for another process blocks the event loop, and computing again may well be faster. */
const BUSY_TIMEOUT_MS = 200;
/** https://sqlite.org/rescode.html: SQLITE_CORRUPT and SQLITE_NOTADB, in the lower byte. */
const UNREADABLE: ReadonlySet<unknown> = new Set([11, 26]);

const schema = `
  DROP TABLE IF EXISTS results;
  CREATE TABLE results (
    key TEXT PRIMARY KEY,
    made_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX results_by_age ON results (made_at);
  CREATE INDEX results_by_use ON results (used_at);
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** @throws TuttiError `misconfigured` where the file can neither be opened nor begun anew */
export function openSqliteResultCache({ file, keepMs, most = 20_000 }: SqliteResultCacheOptions): ResultCache {
  let database = openOrBegin(file);
  let isClosed = false;
  /** Trimming counts all rows: so it is done once for many results. */
  const trimEvery = Math.max(1, Math.floor(most / 100));
  let untrimmed = trimEvery;

  function use<T>(action: (open: DatabaseSync) => T): T {
    if (isClosed) throw new TuttiError("shutting-down", "The cache of results is closed.");
    try {
      return action(database);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      database.close();
      database = beginAnew(file);
      return action(database);
    }
  }

  function trim(open: DatabaseSync): void {
    open.prepare("DELETE FROM results WHERE made_at < ?").run(Date.now() - keepMs);
    open
      .prepare(
        "DELETE FROM results WHERE key IN (SELECT key FROM results ORDER BY used_at DESC, rowid DESC LIMIT -1 OFFSET ?)",
      )
      .run(most);
  }

  return {
    async get(key) {
      return use((open) => {
        const now = Date.now();
        const row = open.prepare("SELECT json FROM results WHERE key = ? AND made_at >= ?").get(key, now - keepMs);
        if (!row) return undefined;
        open.prepare("UPDATE results SET used_at = ? WHERE key = ?").run(now, key);
        return parseOutputs(String(row["json"]));
      });
    },
    async put(key, outputs) {
      use((open) => {
        const now = Date.now();
        open.prepare("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)").run(key, now, now, JSON.stringify(outputs));
        untrimmed += 1;
        if (untrimmed < trimEvery) return;
        untrimmed = 0;
        trim(open);
      });
    },
    async close() {
      if (!isClosed) database.close();
      isClosed = true;
    },
  };
}

function openOrBegin(file: string): DatabaseSync {
  try {
    return connect(file);
  } catch (error) {
    if (isUnreadable(error)) return beginAnew(file);
    throw cannotUse(file, error);
  }
}

function beginAnew(file: string): DatabaseSync {
  try {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true });
    return connect(file);
  } catch (error) {
    throw cannotUse(file, error);
  }
}

function connect(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    if (versionOf(database) !== SCHEMA_VERSION) {
      database.exec("BEGIN IMMEDIATE");
      // Another process may have made the table while this one waited.
      if (versionOf(database) !== SCHEMA_VERSION) database.exec(schema);
      database.exec("COMMIT");
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
}

function isUnreadable(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && UNREADABLE.has(Number(error.errcode) % 256);
}

function cannotUse(file: string, cause: unknown): TuttiError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `${file} cannot be used as the cache of results (${why}). Check that it is writable, or remove it.`;
  return new TuttiError("misconfigured", message, { cause });
}
