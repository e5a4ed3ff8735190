/** What a commit does to the tables. */
import { TuttiError } from "../../errors.ts";
import type { Commit, CommitResult } from "../../ports/run-store.ts";
import type { Statements } from "./run-store-statements.ts";

/**
 * To be called in a transaction.
 * @param now When it is committed, epoch milliseconds.
 * @throws TuttiError `internal` for a malformed commit; nothing is written then.
 */
export function applyCommit(sql: Statements, commit: Commit, now: number): CommitResult {
  assertWellFormed(commit);
  const { runId, expectedRevision, head, idempotency } = commit;
  const holder = idempotency && keyHolder(sql, head.tenant, idempotency.key);
  if (holder) return holder;
  const revision = Number(sql.one("SELECT revision FROM heads WHERE run_id = ?", runId)?.["revision"] ?? 0);
  if (revision !== expectedRevision) return { outcome: "conflict" };
  write(sql, commit, now);
  return { outcome: "committed" };
}

/** A commit that breaks these rules is a defect of the caller; written down, it would spoil the run for ever. */
function assertWellFormed({ runId, expectedRevision, events, outbox, done = [], head, idempotency }: Commit): void {
  const ofOneRun = [...events, ...outbox, ...done, head].every((part) => part.runId === runId);
  const contiguous = events.length > 0 && events.every(({ seq }, index) => seq === expectedRevision + index + 1);
  const times = [head.createdAt, head.deadlineAt, ...outbox.map(({ dueAt }) => dueAt)];
  if (ofOneRun && contiguous && !times.some(Number.isNaN) && (!idempotency || expectedRevision === 0)) return;
  throw new TuttiError("internal", `A malformed commit to run ${runId} at revision ${expectedRevision} was refused.`);
}

function keyHolder(sql: Statements, tenant: string, key: string): CommitResult | undefined {
  const row = sql.one("SELECT run_id, fingerprint FROM idempotency WHERE tenant = ? AND key = ?", tenant, key);
  return row && { outcome: "exists", runId: String(row["run_id"]), fingerprint: String(row["fingerprint"]) };
}

function write(sql: Statements, commit: Commit, now: number): void {
  const { runId, expectedRevision, events, outbox, done = [], head, idempotency } = commit;
  for (const event of events) {
    const { seq, at, type } = event;
    sql.change("INSERT INTO events VALUES (?, ?, ?, ?, ?)", runId, seq, at, type, JSON.stringify(event));
  }
  const revision = expectedRevision + events.length;
  const { tenant, active, createdAt, deadlineAt } = head;
  sql.change(
    `INSERT INTO heads (run_id, tenant, revision, active, created_at, json, deadline_at, ended_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run_id)
     DO UPDATE SET revision = excluded.revision, active = excluded.active, json = excluded.json,
       deadline_at = excluded.deadline_at, ended_at = excluded.ended_at`,
    runId,
    tenant,
    revision,
    Number(active),
    createdAt,
    JSON.stringify(head),
    deadlineAt,
    active ? null : now,
  );
  for (const { nodeId, attempt } of active ? done : []) {
    sql.change("DELETE FROM outbox WHERE run_id = ? AND node_id = ? AND attempt = ?", runId, nodeId, attempt);
  }
  if (!active) sql.change("DELETE FROM outbox WHERE run_id = ?", runId);
  for (const { nodeId, attempt, dueAt } of active ? outbox : []) {
    sql.change("INSERT OR IGNORE INTO outbox VALUES (?, ?, ?, ?)", runId, nodeId, attempt, dueAt);
  }
  if (idempotency) {
    const { key, fingerprint } = idempotency;
    sql.change("INSERT INTO idempotency VALUES (?, ?, ?, ?)", tenant, key, runId, fingerprint);
  }
}
