/** The job queue of a single process. What it holds ends with the process; the run store's outbox brings it back. */
import { TuttiError } from "../../errors.ts";
import type { Job, JobQueue } from "../../ports/job-queue.ts";
import type { Lane } from "../../registry/expert-card.ts";
import type { Entry } from "./job-queue-backlog.ts";
import { LaneQueue } from "./job-queue-lane.ts";

export interface InProcessJobQueueOptions {
  /** The clock, epoch milliseconds. @default Date.now */
  readonly now?: () => number;
  /** Milliseconds of waiting that are worth one level of priority. @default 10000 */
  readonly ageMs?: number;
  /** Told of every handler that rejected; its job is delivered again. @default a process warning */
  readonly onError?: (error: unknown, job: Job) => void;
}

/** After `close`, `add` and `work` reject with TuttiError `shutting-down`. */
export function createInProcessJobQueue({
  now = Date.now,
  ageMs = 10_000,
  onError = warn,
}: InProcessJobQueueOptions = {}): JobQueue {
  const lanes = new Map<Lane, LaneQueue>();
  const byId = new Map<string, Entry>();
  let added = 0;
  let closed = false;

  function laneOf(lane: Lane): LaneQueue {
    const known = lanes.get(lane);
    if (known) return known;
    const created = new LaneQueue({ now, ageMs, onDone: forget, onError });
    lanes.set(lane, created);
    return created;
  }

  function remember(job: Job): Entry {
    added += 1;
    const entry: Entry = { job, sequence: added, order: 0, place: 0, failures: 0, canceled: false };
    byId.set(job.id, entry);
    return entry;
  }

  function forget({ job }: Entry): void {
    byId.delete(job.id);
  }

  function assertOpen(): void {
    if (closed) throw new TuttiError("shutting-down", "The job queue is closed.");
  }

  return {
    async add(job) {
      assertOpen();
      if (!byId.has(job.id)) laneOf(job.lane).add(remember(job));
    },
    async work(lane, { concurrency }, handler) {
      assertOpen();
      return laneOf(lane).work(concurrency, handler);
    },
    async cancel(jobs) {
      const reason = new TuttiError("canceled", "The step was canceled.");
      for (const { id } of jobs) {
        const entry = byId.get(id);
        if (entry) laneOf(entry.job.lane).cancel(entry, reason);
      }
    },
    async counts(lane) {
      return laneOf(lane).counts();
    },
    async close() {
      closed = true;
      await Promise.all(Array.from(lanes.values(), (lane) => lane.close()));
    },
  };
}

function warn(error: unknown, job: Job): void {
  process.emitWarning(`Job ${job.id} could not be recorded and is delivered again: ${String(error)}`);
}
