/** Names of the keys of the run store, and of what their members are. */
import type { OutboxEntry, RunHead } from "../../ports/run-store.ts";

export interface RunStoreKeys {
  /** Hash: `head`, and the name of the idempotency key that the run holds. */
  readonly run: (runId: string) => string;
  /** Stream: id `seq-0`, field `e` the event. */
  readonly events: (runId: string) => string;
  /** Set: what the run, while it is active, has put into the outbox; some of it was taken out since. */
  readonly entries: (runId: string) => string;
  /** Sorted set of entries by due time. */
  readonly outbox: string;
  /** Sorted set of run ids by time of creation. */
  readonly index: (active: boolean, tenant?: string) => string;
  /** Sorted set of the active runs by deadline. */
  readonly deadlines: string;
  /** Sorted set by the time at which an ended run expires: run id, and the tenant's index that it is to leave. */
  readonly expiring: string;
  /** String: who holds the tenant's idempotency key. */
  readonly idempotency: (tenant: string, key: string) => string;
}

export function runStoreKeys(prefix: string): RunStoreKeys {
  // The kind comes first: no run id, whatever somebody asks for, can name a key of another kind.
  return {
    run: (runId) => `${prefix}:run:${runId}`,
    events: (runId) => `${prefix}:events:${runId}`,
    entries: (runId) => `${prefix}:entries:${runId}`,
    outbox: `${prefix}:outbox`,
    index: (active, tenant) => `${prefix}:${active ? "active" : "ended"}${tenant === undefined ? "" : `:${tenant}`}`,
    deadlines: `${prefix}:deadlines`,
    expiring: `${prefix}:expiring`,
    // Neither part can reach into the other, whatever characters they hold.
    idempotency: (tenant, key) => `${prefix}:idempotency:${JSON.stringify([tenant, key])}`,
  };
}

/** A member of the outbox; its score is `dueAt`, and no part of what it is. */
export function outboxMember({ runId, nodeId, attempt }: OutboxEntry): string {
  return JSON.stringify([runId, nodeId, attempt]);
}

export function outboxEntry(member: string, score: string): OutboxEntry {
  const [runId, nodeId, attempt]: [string, string, number] = JSON.parse(member);
  return { runId, nodeId, attempt, dueAt: Number(score) };
}

// The store gives back what it was given, unexamined: which versions are understood is the reader's question.
export function decodeHead(json: string): RunHead {
  return JSON.parse(json);
}
