/** Who may go on a lane now: so many jobs of an expert at once, so that a slow one never fills a lane. */
export interface Capacity {
  /**
   * Takes a place of the expert for a job, or a place in the expert's line. Asking again changes nothing.
   * @param limit Places that the expert has now, at least 1.
   * @param order In the line, lower goes first.
   * @returns whether the job has a place
   */
  enter(expert: string, jobId: string, options: { readonly limit: number; readonly order: number }): Promise<boolean>;
  /**
   * Gives a job's place, or its place in the line, back. One that has neither changes nothing.
   * @returns its expert if others wait in the line: `admit` them
   */
  leave(jobId: string): Promise<string | undefined>;
  /** Gives the places that are free to the first of the line. @returns the jobs that have a place now and had none */
  admit(expert: string, limit: number): Promise<readonly string[]>;
  /** Experts with a line. */
  lines(): Promise<readonly string[]>;
  /** Those of the jobs that wait in a line. */
  waiting(jobIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Jobs that took a place, or a place in a line, before then (epoch milliseconds), and hold it still; oldest first. */
  held(before: number, limit: number): Promise<readonly string[]>;
  close(): Promise<void>;
}
