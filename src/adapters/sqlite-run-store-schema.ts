/** The SQLite file behind the run store: opening it, its tables, and their version. */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { TuttiError } from "../errors.ts";
import { createStatements } from "./sqlite-run-store-statements.ts";

/** Version of the tables below, kept in the file's `user_version`. */
const SCHEMA_VERSION = 1;

/** A wait for another writer blocks the event loop, so it is short: there should be no other writer. */
const BUSY_TIMEOUT_MS = 1000;

const schema = `
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
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * Opens the file, creating it and its tables where they are missing.
 * @throws TuttiError `misconfigured` if there is no such file to read, or it is none of ours;
 *   `unsupported-version` if a newer Tutti wrote it.
 */
export function openDatabase(file: string, readOnly: boolean): DatabaseSync {
  if (readOnly && !existsSync(file)) throw nothingToRead(file);
  const database = connect(file, readOnly);
  try {
    // WAL with NORMAL: a commit survives the death of this process, and readers never wait for the writer.
    if (!readOnly) database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    if (schemaVersion(database) === 0) {
      if (readOnly) throw nothingToRead(file);
      createStatements(database).transaction(() => {
        // Another process may have created them while this one waited for the lock.
        if (schemaVersion(database) === 0) database.exec(schema);
      });
    }
    const found = schemaVersion(database);
    if (found > SCHEMA_VERSION) {
      throw new TuttiError(
        "unsupported-version",
        `${file} was written by a newer Tutti (schema ${found}; this one knows up to ${SCHEMA_VERSION}). ` +
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
