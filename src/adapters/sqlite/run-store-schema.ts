/** The SQLite file behind the run store: opening it, its tables, and their version. */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { TuttiError } from "../../errors.ts";
import { createStatements } from "./run-store-statements.ts";

/** A wait for another writer blocks the event loop, so it is short: there should be no other writer. */
const BUSY_TIMEOUT_MS = 1000;

/**
 * What brings a file from one version of the tables to the next; the version is how many of these it has seen, and is
 * kept in its `user_version`. New files take the same way, so that they can't differ from old ones.
 */
const migrations = [
  `
  CREATE TABLE events (
    run_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
  ) STRICT;
  CREATE TABLE heads (
    run_id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    revision INTEGER NOT NULL,
    active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX heads_by_age ON heads (created_at, run_id);
  CREATE INDEX heads_by_tenant ON heads (tenant, created_at, run_id);
  CREATE INDEX heads_active ON heads (created_at, run_id) WHERE active = 1;
  CREATE TABLE outbox (
    run_id TEXT NOT NULL,
    node_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    PRIMARY KEY (run_id, node_id, attempt)
  ) STRICT;
  CREATE INDEX outbox_by_due ON outbox (due_at);
  CREATE TABLE idempotency (
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    run_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (tenant, key)
  ) STRICT;
  `,
  // ended_at is when the end was committed: by the clock of the store, as nothing else here is.
  `
  ALTER TABLE heads ADD COLUMN deadline_at REAL NOT NULL DEFAULT 0;
  ALTER TABLE heads ADD COLUMN ended_at REAL;
  UPDATE heads SET deadline_at = json_extract(json, '$.deadlineAt');
  UPDATE heads SET ended_at = coalesce(json_extract(json, '$.finishedAt'), created_at) WHERE active = 0;
  CREATE INDEX heads_by_deadline ON heads (deadline_at, run_id) WHERE active = 1;
  CREATE INDEX heads_by_end ON heads (ended_at) WHERE active = 0;
  CREATE INDEX idempotency_by_run ON idempotency (run_id);
  `,
];

/**
 * Opens the file, creating it and its tables where they are missing, and bringing older ones up to date. Who only reads
 * takes an older file as it is.
 * @throws TuttiError `misconfigured` if there is no such file to read, or it is none of ours;
 *   `unsupported-version` if a newer Tutti wrote it.
 */
export function openDatabase(file: string, readOnly: boolean): DatabaseSync {
  if (readOnly && !existsSync(file)) throw nothingToRead(file);
  const database = connect(file, readOnly);
  try {
    // WAL with NORMAL: a commit survives the death of this process, and readers never wait for the writer.
    if (!readOnly) database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    const found = schemaVersion(database);
    if (found === 0 && readOnly) throw nothingToRead(file);
    if (found < migrations.length && !readOnly) createStatements(database).transaction(() => migrate(database));
    if (found > migrations.length) {
      throw new TuttiError(
        "unsupported-version",
        `${file} was written by a newer Tutti (schema ${found}; this one knows up to ${migrations.length}). ` +
          "Update Tutti, or set TUTTI_DATA to another folder.",
      );
    }
    return database;
  } catch (error) {
    database.close();
    throw error instanceof TuttiError ? error : cannotUse(file, error);
  }
}

function connect(file: string, readOnly: boolean): DatabaseSync {
  try {
    return new DatabaseSync(file, { readOnly, timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    throw cannotUse(file, error);
  }
}

/** To be called in a write transaction: another process may have done it while this one waited for the lock. */
function migrate(database: DatabaseSync): void {
  for (let version = schemaVersion(database); version < migrations.length; version++) {
    database.exec(migrations[version] ?? "");
    database.exec(`PRAGMA user_version = ${version + 1}`);
  }
}

function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
}

function nothingToRead(file: string): TuttiError {
  return new TuttiError(
    "misconfigured",
    `${file} holds no runs yet. Start the server once, or set TUTTI_DATA to the folder that it uses.`,
  );
}

function cannotUse(file: string, cause: unknown): TuttiError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TuttiError(
    "misconfigured",
    `${file} cannot be used as the store of runs (${why}). Check that it is readable and writable, or set TUTTI_DATA to another folder.`,
    { cause },
  );
}
