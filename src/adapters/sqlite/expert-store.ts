/** The registered experts of a single machine: one SQLite file, which only its owner may read, since secrets are in it. */
import type { ExpertRecord, ExpertStore } from "../../ports/expert-store.ts";
import { openStoreFile } from "./expert-store-file.ts";
import { createWakeups } from "./wakeups.ts";

export interface SqliteExpertStoreOptions {
  readonly file: string;
  /** How often watchers look for what other processes put, milliseconds. @default 500 */
  readonly pollMs?: number;
}

/** AUTOINCREMENT gives no revision twice, also not that of a record that was forgotten. */
const migrations = [
  `
  CREATE TABLE experts (
    revision INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    removed_at REAL,
    json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX experts_removed ON experts (removed_at) WHERE removed_at IS NOT NULL;
  `,
];

/** NORMAL, as for runs: a put survives the death of this process. Secrets that go are written over. */
const pragmas = "PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON";

/** All who watch are told of everything. */
const EVERYTHING = "experts";

/**
 * Opens the store, creating the file where it is missing. Several processes may have the same file open.
 * @throws TuttiError `misconfigured` or `unsupported-version`, see `openStoreFile`.
 */
export function openSqliteExpertStore({ file, pollMs = 500 }: SqliteExpertStoreOptions): ExpertStore {
  const store = openStoreFile({ file, what: "experts", migrations, pragmas });
  const closing = new AbortController();
  // SQLite changes this number when another connection has committed.
  const dataVersion = (): unknown => store.read((open) => open.prepare("PRAGMA data_version").get()?.["data_version"]);
  const wakeups = createWakeups(dataVersion, pollMs);

  return {
    async put(record, expected) {
      const { id, version } = record.registration;
      const key = JSON.stringify([id, version]);
      const written = store.write((open) => {
        const found = open.prepare("SELECT revision FROM experts WHERE key = ?").get(key);
        if (expected !== undefined && Number(found?.["revision"] ?? 0) !== expected) return undefined;
        const removedAt = record.state === "removed" ? record.changedAt : null;
        const sql = "INSERT OR REPLACE INTO experts (key, removed_at, json) VALUES (?, ?, ?)";
        const { lastInsertRowid } = open.prepare(sql).run(key, removedAt, JSON.stringify(record));
        return { ...record, revision: Number(lastInsertRowid) };
      });
      if (written) wakeups.notify(EVERYTHING);
      return written;
    },
    async changes(after, limit) {
      return store.read((open) => {
        const last = Number(open.prepare("SELECT max(seq) AS last FROM sqlite_sequence").get()?.["last"] ?? 0);
        const rows = open
          .prepare("SELECT revision, json FROM experts WHERE revision > ? ORDER BY revision LIMIT ?")
          .all(after > last ? 0 : after, limit);
        return rows.map((row) => decodeRecord(String(row["json"]), Number(row["revision"])));
      });
    },
    async forget(removedBefore) {
      store.write((open) => open.prepare("DELETE FROM experts WHERE removed_at < ?").run(removedBefore));
    },
    watch(onChange) {
      const leaving = new AbortController();
      const signal = AbortSignal.any([leaving.signal, closing.signal]);
      void (async () => {
        for (;;) {
          await wakeups.next(EVERYTHING, signal);
          if (signal.aborted) return;
          onChange();
        }
      })();
      return () => leaving.abort();
    },
    async close() {
      closing.abort();
      wakeups.close();
      store.close();
    },
  };
}

// The store gives back what it was given, unexamined: what an older Tutti wrote is the reader's question.
function decodeRecord(json: string, revision: number): ExpertRecord {
  return { ...JSON.parse(json), revision };
}
