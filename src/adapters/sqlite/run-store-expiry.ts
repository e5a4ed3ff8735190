/** Runs that ended long ago vanish, a few at a time. */
import type { Statements } from "./run-store-statements.ts";

/**
 * Removes runs whose end was committed before then, with all that is theirs; those that ended first go first. To be called
 * in a transaction.
 * @param limit The most that are removed; a run may have thousands of events.
 */
export function removeEndedBefore(sql: Statements, endedBefore: number, limit: number): void {
  const query = "SELECT run_id FROM heads WHERE active = 0 AND ended_at < ? ORDER BY ended_at LIMIT ?";
  for (const row of sql.all(query, endedBefore, limit)) {
    for (const table of ["events", "outbox", "idempotency", "heads"]) {
      sql.change(`DELETE FROM ${table} WHERE run_id = ?`, String(row["run_id"]));
    }
  }
}
