/** The run store of a single machine: one SQLite file. A commit is one transaction. */
import type { RunHead, RunStore } from "../../ports/run-store.ts";
import type { RunEvent } from "../../run/events.ts";
import { applyCommit } from "./run-store-commit.ts";
import { removeEndedBefore } from "./run-store-expiry.ts";
import { headQuery } from "./run-store-heads.ts";
import { openDatabase } from "./run-store-schema.ts";
import { createStatements, type Row } from "./run-store-statements.ts";
import { createWakeups } from "./wakeups.ts";

export interface SqliteRunStoreOptions {
  readonly file: string;
  /** Only look, beside the process that owns the file. @default false */
  readonly readOnly?: boolean;
  /** How often watchers look for commits of other processes, milliseconds. @default 500 */
  readonly pollMs?: number;
  /**
   * How long a run is kept after its end, with its idempotency key, milliseconds. It vanishes when another run ends, or
   * when the store is opened, some time later. @default for ever
   */
  readonly keepFinishedMs?: number;
}

/** Events that a watcher takes from the file at once. */
const WATCH_PAGE = 200;

/** Expired runs that vanish when another ends: more than one, so that they become fewer; few, so that it is quick. */
const EXPIRED_PER_END = 4;
const EXPIRED_AT_START = 1000;

/**
 * Opens the store, creating the file where it is missing. Several processes may have the same file open.
 * @throws TuttiError `misconfigured` or `unsupported-version`, see `openDatabase`.
 */
export function openSqliteRunStore({
  file,
  readOnly = false,
  pollMs = 500,
  keepFinishedMs,
}: SqliteRunStoreOptions): RunStore {
  const database = openDatabase(file, readOnly);
  const sql = createStatements(database);
  // SQLite changes this number when another connection has committed.
  const dataVersion = (): unknown => sql.one("PRAGMA data_version")?.["data_version"];
  const wakeups = createWakeups(dataVersion, pollMs);

  function expire(limit: number): void {
    if (keepFinishedMs !== undefined) removeEndedBefore(sql, Date.now() - keepFinishedMs, limit);
  }

  if (keepFinishedMs !== undefined && !readOnly) {
    try {
      sql.transaction(() => expire(EXPIRED_AT_START));
    } catch (error) {
      database.close();
      throw error;
    }
  }

  function eventsAfter(runId: string, after: number, limit: number): RunEvent[] {
    const query = "SELECT json FROM events WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?";
    return sql.all(query, runId, after, limit).map(decodeEvent);
  }

  function headOf(runId: string): RunHead | undefined {
    const row = sql.one("SELECT json FROM heads WHERE run_id = ?", runId);
    return row && decodeHead(row);
  }

  return {
    async commit(commit) {
      const result = sql.transaction(() => {
        const applied = applyCommit(sql, commit, Date.now());
        if (applied.outcome === "committed" && !commit.head.active) expire(EXPIRED_PER_END);
        return applied;
      });
      if (result.outcome === "committed") wakeups.notify(commit.runId);
      return result;
    },
    async read(runId, after = 0) {
      return eventsAfter(runId, after, -1);
    },
    async head(runId) {
      return headOf(runId);
    },
    async heads(filter) {
      const { query, parameters } = headQuery(filter);
      return sql.all(query, ...parameters).map(decodeHead);
    },
    async outbox(now, limit) {
      const query = "SELECT * FROM outbox WHERE due_at <= ? ORDER BY due_at, rowid LIMIT ?";
      return sql.all(query, now, limit).map((row) => ({
        runId: String(row["run_id"]),
        nodeId: String(row["node_id"]),
        attempt: Number(row["attempt"]),
        dueAt: Number(row["due_at"]),
      }));
    },
    async removeFromOutbox(entries) {
      sql.transaction(() => {
        for (const { runId, nodeId, attempt } of entries) {
          sql.change("DELETE FROM outbox WHERE run_id = ? AND node_id = ? AND attempt = ?", runId, nodeId, attempt);
        }
      });
    },
    // What is new always comes from the file, by seq; a wake-up only says when to look. So nothing is lost or doubled.
    async *watch(runId, after, signal) {
      let seen = after;
      while (database.isOpen && !signal.aborted) {
        const events = eventsAfter(runId, seen, WATCH_PAGE);
        for (const event of events) {
          yield event;
          if (event.type === "run-finished" || signal.aborted) return;
          seen = event.seq;
        }
        if (events.length > 0) continue;
        if (!headOf(runId)?.active) return;
        await wakeups.next(runId, signal);
      }
    },
    async close() {
      wakeups.close();
      if (database.isOpen) database.close();
    },
  };
}

// The store gives back what it was given, unexamined: which versions are understood is the reader's question.
function decodeEvent(row: Row): RunEvent {
  return JSON.parse(String(row["json"]));
}

function decodeHead(row: Row): RunHead {
  return JSON.parse(String(row["json"]));
}
