import type { Registration } from "../registry/registration.ts";

/**
 * `checking`: registered, and used by nobody but its own trial call. `unverified`: taken without a good trial, because
 * somebody asked for it. `removed`: takes nothing new; what began with it may end with it.
 */
export const expertStates = ["checking", "verified", "unverified", "removed"] as const;
export type ExpertState = (typeof expertStates)[number];

/** One version of a registered expert. */
export interface ExpertRecord {
  /** Of the store at the last change of this record: grows with every put of any record, and is never given twice. */
  readonly revision: number;
  readonly registration: Registration;
  readonly state: ExpertState;
  /** Who brought it: `api`, `file:receipts.json`, `mcp:...`. Only the same may change or remove it. */
  readonly source: string;
  /** Epoch milliseconds of when this version came: by this, versions of an expert are newer or older. */
  readonly createdAt: number;
  /** Epoch milliseconds of the last change. */
  readonly changedAt: number;
  /** How the last trial call went. */
  readonly trial?: {
    readonly at: number;
    readonly ok: boolean;
    /** Milliseconds of the call. */
    readonly runMs?: number;
    /** Why it failed. */
    readonly message?: string;
    readonly runId?: string;
  };
}

/** Keeps the experts that were registered while Tutti runs, for all processes. Versions are records of their own. */
export interface ExpertStore {
  /**
   * Writes a record under (id, version) of its registration, with the next revision; durable when it resolves.
   * @param expected its revision as the caller knows it, 0 for one that is not there; left out: whatever is there gives way
   * @returns undefined where it has another revision
   */
  put(record: Omit<ExpertRecord, "revision">, expected?: number): Promise<ExpertRecord | undefined>;
  /**
   * Records changed after a revision, in the order of their revisions, removed ones included. Where the store has lost what
   * it had at that revision, all there is: the first one's revision is then no higher.
   */
  changes(after: number, limit: number): Promise<readonly ExpertRecord[]>;
  /** Forgets records that were removed before then, epoch milliseconds. */
  forget(removedBefore: number): Promise<void>;
  /** Calls back soon after any process has put something, sometimes without need. @returns what ends it */
  watch(onChange: () => void): () => void;
  close(): Promise<void>;
}
