/** How one call of an expert went. */
export interface CallOutcome {
  readonly expert: string;
  readonly version: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Whether the expert did its part; a fault of the input is none of the expert's. */
  readonly ok: boolean;
  /** Milliseconds of the call, loading left out; of calls that were `ok`. */
  readonly runMs?: number | undefined;
  /** Milliseconds between being ready and being begun. */
  readonly queueMs?: number | undefined;
  /** US dollars. */
  readonly cost?: number | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

/** What is known of an expert's calls. Counts decay: they halve with every half-life, so that what was long ago weighs little. */
export interface Merit {
  /** Decayed counts as of `at`. */
  readonly calls: number;
  readonly failures: number;
  /** Decayed counts of `runMs` by bucket; bucket i holds calls of up to `BUCKETS_MS[i]` milliseconds. */
  readonly latency: readonly number[];
  /** Decayed sums, to be divided by `calls`. */
  readonly queueMs: number;
  readonly cost: number;
  /** Failures since the last call that was ok; not decayed. */
  readonly failedInRow: number;
  readonly lastError?: { readonly code: string; readonly message: string; readonly at: number } | undefined;
  /** Epoch milliseconds of the last outcome. */
  readonly at: number;
}

/** Counts how calls went, over all processes. */
export interface MeritStore {
  /** Adds outcomes; concurrent ones of other processes are all counted. */
  record(outcomes: readonly CallOutcome[]): Promise<void>;
  /** By `meritKey`; what was never called is left out. */
  read(experts: readonly { readonly id: string; readonly version: string }[]): Promise<ReadonlyMap<string, Merit>>;
  /**
   * Takes the one place of a trial call at an expert that fails, for so many milliseconds.
   * @returns whether the caller has it
   */
  claimTrial(expert: string, version: string, ms: number): Promise<boolean>;
  close(): Promise<void>;
}

export function meritKey({ id, version }: { readonly id: string; readonly version: string }): string {
  return `${id}@${version}`;
}
