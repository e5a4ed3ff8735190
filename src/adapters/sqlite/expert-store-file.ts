/** A SQLite file of one store: opening it for its owner's eyes only, its tables, and their version. */
import { chmodSync, closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { TuttiError } from "../../errors.ts";
import { isBusy } from "./busy.ts";

export interface StoreFile {
  /** @throws TuttiError `shutting-down` once it is closed */
  read<T>(look: (open: DatabaseSync) => T): T;
  /**
   * Runs `change` in one write transaction: all of it is in the file when this returns, or none of it.
   * @throws TuttiError `in-use`, retryable, if another process doesn't let go of the file; `shutting-down` as above
   */
  write<T>(change: (open: DatabaseSync) => T): T;
  /** Calling it again has no effect. */
  close(): void;
}

export interface StoreFileOptions {
  readonly file: string;
  /** Of what it is the store, for messages: "experts". */
  readonly what: string;
  /** What brings a file from one version of its tables to the next, as in `run-store-schema.ts`. */
  readonly migrations: readonly string[];
  /** For this connection, as SQL. */
  readonly pragmas: string;
}

/** A wait for another writer blocks the event loop, so it is short: there should be no other writer. */
const BUSY_TIMEOUT_MS = 1000;
const OWNER_ONLY = 0o600;

/** @throws TuttiError `misconfigured` if it is none of ours or can't be made; `unsupported-version` if a newer Tutti wrote it */
export function openStoreFile({ file, what, migrations, pragmas }: StoreFileOptions): StoreFile {
  const database = connect(file, what);

  function read<T>(look: (open: DatabaseSync) => T): T {
    if (!database.isOpen) throw new TuttiError("shutting-down", `The store of ${what} is closed.`);
    return look(database);
  }

  function write<T>(change: (open: DatabaseSync) => T): T {
    return read(() => {
      try {
        database.exec("BEGIN IMMEDIATE");
        const result = change(database);
        database.exec("COMMIT");
        return result;
      } catch (error) {
        // Some faults (a full disk) have already rolled it back.
        if (database.isTransaction) database.exec("ROLLBACK");
        throw isBusy(error) ? locked(file, what, error) : error;
      }
    });
  }

  try {
    database.exec(`PRAGMA journal_mode = WAL; ${pragmas}`);
    if (versionOf(database) < migrations.length) write(() => migrate(database, migrations));
    if (versionOf(database) > migrations.length) throw tooNew(file, versionOf(database), migrations.length);
  } catch (error) {
    database.close();
    throw error instanceof TuttiError ? error : cannotUse(file, what, error);
  }
  return {
    read,
    write,
    close() {
      if (database.isOpen) database.close();
    },
  };
}

function connect(file: string, what: string): DatabaseSync {
  try {
    keepToOwner(file);
    return new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    throw cannotUse(file, what, error);
  }
}

/**
 * SQLite gives the files beside it (-wal, -shm) the mode of the file itself. One that is there is not opened for this: to
 * close any handle of it would drop the locks that another connection of this process has.
 */
function keepToOwner(file: string): void {
  try {
    closeSync(openSync(file, "wx", OWNER_ONLY));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    chmodSync(file, OWNER_ONLY);
  }
}

/** To be called in a write transaction: another process may have done it while this one waited for the lock. */
function migrate(database: DatabaseSync, migrations: readonly string[]): void {
  for (const [version, sql] of migrations.entries()) {
    if (version >= versionOf(database)) database.exec(`${sql}; PRAGMA user_version = ${version + 1}`);
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
}

function locked(file: string, what: string, cause: unknown): TuttiError {
  const message = `Another process keeps ${file}, the store of ${what}, locked. Stop it, or set TUTTI_DATA to another folder.`;
  return new TuttiError("in-use", message, { cause, retryable: true });
}

function tooNew(file: string, found: number, known: number): TuttiError {
  const message =
    `${file} was written by a newer Tutti (schema ${found}; this one knows up to ${known}). ` +
    "Update Tutti, or set TUTTI_DATA to another folder.";
  return new TuttiError("unsupported-version", message);
}

function cannotUse(file: string, what: string, cause: unknown): TuttiError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message =
    `${file} cannot be used as the store of ${what} (${why}). ` +
    "Check that it is readable and writable, or set TUTTI_DATA to another folder.";
  return new TuttiError("misconfigured", message, { cause });
}
