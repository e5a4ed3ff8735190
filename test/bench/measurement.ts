/** What a suite of the bench measures, and what it gives back. */

export type Unit = "ratio" | "ms" | "us" | "per second" | "MiB" | "count";

export interface Target {
  readonly kind: "at most" | "at least";
  readonly value: number;
}

/** One cell of a table. */
export interface Measurement {
  readonly row: string;
  readonly column: string;
  readonly unit: Unit;
  /** One of every round. */
  readonly samples: readonly number[];
  readonly target?: Target;
}

export interface Report {
  readonly name: string;
  readonly title: string;
  /** What is counted, and what is not. */
  readonly notes: readonly string[];
  readonly measurements: readonly Measurement[];
}

export interface SuiteOptions {
  /** Fewer rounds and smaller numbers. */
  readonly quick: boolean;
  /** Says how far it is. */
  readonly progress: (what: string) => void;
}

export interface Suite {
  readonly name: string;
  readonly does: string;
  readonly run: (options: SuiteOptions) => Promise<readonly Report[]>;
}

export const atMost = (value: number): Target => ({ kind: "at most", value });
export const atLeast = (value: number): Target => ({ kind: "at least", value });
