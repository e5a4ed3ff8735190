import type { Lane } from "../registry/expert-card.ts";

/** "Execute this attempt." Carries names only: the worker reads what it needs from the run. */
export interface Job {
  /** `run.node.attempt` */
  readonly id: string;
  readonly lane: Lane;
  readonly runId: string;
  readonly nodeId: string;
  readonly attempt: number;
  /** 0 (first) to 9 (last); waiting jobs age, so that none starves. */
  readonly priority: number;
  /** Epoch milliseconds before which it may not start. */
  readonly notBefore?: number;
}

/** Where a job is found. */
export type JobName = Pick<Job, "id" | "lane">;

export interface LaneCounts {
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  /** Workers that serve the lane, in all processes; one that died counts for some seconds more. */
  readonly workers: number;
}

/**
 * Executes one job. Resolves when the outcome has been committed, whatever it was. A rejection means that the outcome
 * could not be recorded: the job is delivered again.
 */
export type JobHandler = (job: Job, signal: AbortSignal) => Promise<void>;

export interface LaneWorker {
  /** Takes no more jobs, waits for the active ones up to `graceMs`, then aborts them and hands them back. */
  close(graceMs: number): Promise<void>;
}

/** Brings jobs to workers, at least once. */
export interface JobQueue {
  /** Adding an id that waits or is active is no fault and has no effect. */
  add(job: Job): Promise<void>;
  work(lane: Lane, options: { readonly concurrency: number }, handler: JobHandler): Promise<LaneWorker>;
  /** Forgets those of the jobs that wait, and aborts the signals of those that are active. Unknown ones are no fault. */
  cancel(jobs: readonly JobName[]): Promise<void>;
  counts(lane: Lane): Promise<LaneCounts>;
  close(): Promise<void>;
}
