/** A commit as one script. */
import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { z } from "zod";
import { TuttiError } from "../../errors.ts";
import type { Commit, CommitResult } from "../../ports/run-store.ts";
import { commitRun } from "./lua/commit-run.ts";
import { outboxMember, type RunStoreKeys } from "./run-store-keys.ts";
import { decodeEvent } from "./run-store-watch.ts";
import { runScript } from "./script.ts";

const replySchema = z.union([
  z.tuple([z.literal("committed")]),
  z.tuple([z.literal("conflict"), z.array(z.tuple([z.string(), z.array(z.string())]))]),
  z.tuple([z.literal("exists"), z.string()]),
]);
const holderSchema = z.tuple([z.string(), z.string()]);

/**
 * @param keepFinishedMs How long a run is kept after its end; undefined for ever.
 * @throws TuttiError `internal` for a malformed commit; nothing is written then.
 */
export async function sendCommit(
  redis: Redis,
  keys: RunStoreKeys,
  commit: Commit,
  keepFinishedMs: number | undefined,
): Promise<CommitResult> {
  assertWellFormed(commit);
  const { runId, expectedRevision, events, outbox, done = [], head, idempotency } = commit;
  const { tenant, active, createdAt, deadlineAt } = head;
  const names = [
    keys.run(runId),
    keys.events(runId),
    keys.entries(runId),
    keys.outbox,
    keys.index(true),
    keys.index(true, tenant),
    keys.index(false),
    keys.index(false, tenant),
    keys.deadlines,
    keys.expiring,
  ];
  if (idempotency) names.push(keys.idempotency(tenant, idempotency.key));
  const values = [
    expectedRevision,
    randomUUID(),
    runId,
    JSON.stringify(head),
    createdAt,
    deadlineAt,
    Number(active),
    keepFinishedMs ?? "",
    idempotency ? JSON.stringify([runId, idempotency.fingerprint]) : "",
    events.length,
    outbox.length,
  ];
  for (const event of events) values.push(JSON.stringify(event));
  for (const entry of outbox) values.push(entry.dueAt, outboxMember(entry));
  values.push(...done.map(outboxMember));
  const reply = await runScript(redis, commitRun, names, values);
  const [outcome, holder] = replySchema.parse(reply);
  if (outcome === "committed") return { outcome };
  if (outcome === "conflict") return { outcome, missed: holder.map(([, fields]) => decodeEvent(fields)) };
  const [holderId, fingerprint] = holderSchema.parse(JSON.parse(holder));
  return { outcome, runId: holderId, fingerprint };
}

/** A commit that breaks these rules is a defect of the caller; written down, it would spoil the run for ever. */
function assertWellFormed({ runId, expectedRevision, events, outbox, done = [], head, idempotency }: Commit): void {
  const ofOneRun = [...events, ...outbox, ...done, head].every((part) => part.runId === runId);
  const contiguous = events.length > 0 && events.every(({ seq }, index) => seq === expectedRevision + index + 1);
  const times = [head.createdAt, head.deadlineAt, ...outbox.map(({ dueAt }) => dueAt)];
  if (ofOneRun && contiguous && !times.some(Number.isNaN) && (!idempotency || expectedRevision === 0)) return;
  throw new TuttiError("internal", `A malformed commit to run ${runId} at revision ${expectedRevision} was refused.`);
}
