import type { RunEvent, RunStatus } from "../run/events.ts";

/** "This attempt of this node wants to be put on a queue." Stays until it is known to be there. */
export interface OutboxEntry {
  readonly runId: string;
  readonly nodeId: string;
  readonly attempt: number;
  /** Epoch milliseconds from which on it is due. */
  readonly dueAt: number;
}

/** What lists and sweepers need of a run without reading its events. */
export interface RunHead {
  readonly runId: string;
  readonly tenant: string;
  readonly status: RunStatus;
  /** Whether the run has yet to end. */
  readonly active: boolean;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly finishedAt?: number;
  readonly deadlineAt: number;
  /** The first words of the request. */
  readonly title: string;
}

export interface Commit {
  readonly runId: string;
  /** Revision that the events were decided on; 0 creates the run. */
  readonly expectedRevision: number;
  /** At least one, with seq from `expectedRevision + 1` on. */
  readonly events: readonly RunEvent[];
  readonly outbox: readonly OutboxEntry[];
  /** Entries that are no longer needed: they leave the outbox with this commit. */
  readonly done?: readonly OutboxEntry[];
  readonly head: RunHead;
  /** With revision 0 only: makes creation idempotent for (tenant, key). */
  readonly idempotency?: { readonly key: string; readonly fingerprint: string };
}

export type CommitResult =
  | { readonly outcome: "committed" }
  /** Somebody else committed first: decide again, on what was missed, or has to be read where that is not told. */
  | { readonly outcome: "conflict"; readonly missed?: readonly RunEvent[] }
  /** The idempotency key is taken, by this run. */
  | { readonly outcome: "exists"; readonly runId: string; readonly fingerprint: string };

export interface HeadFilter {
  readonly tenant?: string;
  readonly active?: boolean;
  /** Only runs created before this, epoch milliseconds. */
  readonly createdBefore?: number;
  /** Only runs whose deadline lies before this, epoch milliseconds; the earliest deadline first. With `active: true` only. */
  readonly deadlineBefore?: number;
  /** @default 100 */
  readonly limit?: number;
}

/** Keeps the events of runs. Knows nothing of graphs: it compares a revision, appends, and updates the outbox. */
export interface RunStore {
  /** Atomic: all of it is durable when the promise resolves, or none of it. */
  commit(commit: Commit): Promise<CommitResult>;
  /** Events with seq > `after`, in order; empty for an unknown run. */
  read(runId: string, after?: number): Promise<readonly RunEvent[]>;
  head(runId: string): Promise<RunHead | undefined>;
  /** Newest first, if not by deadline. */
  heads(filter: HeadFilter): Promise<readonly RunHead[]>;
  /** Entries due at `now`, oldest first. They stay until they are removed. */
  outbox(now: number, limit: number): Promise<readonly OutboxEntry[]>;
  removeFromOutbox(entries: readonly OutboxEntry[]): Promise<void>;
  /** Events with seq > `after`, then new ones as they are committed; ends after `run-finished` or on abort. */
  watch(runId: string, after: number, signal: AbortSignal): AsyncIterable<RunEvent>;
  close(): Promise<void>;
}
