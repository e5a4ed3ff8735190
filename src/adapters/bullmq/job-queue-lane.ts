/** One lane as a BullMQ queue: its name, its settings, and the order in which it is served. */
import type { Redis } from "ioredis";
import { Queue } from "bullmq";
import type { Job, LaneCounts } from "../../ports/job-queue.ts";
import type { Lane } from "../../registry/expert-card.ts";
import { countLaneWorkers } from "./job-queue-presence.ts";
import { FRONT, type Priorities } from "./job-queue-priority.ts";

export interface LaneOptions {
  readonly lane: Lane;
  /** Shared by all lanes. */
  readonly redis: Redis;
  readonly prefix: string;
  readonly priorities: Priorities;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

/** What has failed for good, the run decides; the queue brings a job again for as long as its outcome isn't recorded. */
const WITHOUT_END = 2 ** 31 - 1;
/** BullMQ's own events are for dashboards; nothing here waits for them. */
const KEPT_EVENTS = 1000;
const PAGE = 100;

export function laneName(lane: Lane): string {
  return `lane-${lane}`;
}

export class LaneQueue {
  readonly #options: LaneOptions;
  readonly #queue: Queue<Job>;
  #lap: number;

  constructor(options: LaneOptions) {
    const { lane, redis, prefix, priorities, now, onError } = options;
    this.#options = options;
    this.#lap = priorities.lapOf(now());
    this.#queue = new Queue<Job>(laneName(lane), {
      connection: redis,
      prefix,
      streams: { events: { maxLen: KEPT_EVENTS } },
      defaultJobOptions: { attempts: WITHOUT_END, backoff: { type: "pause" }, stackTraceLimit: 1 },
    });
    this.#queue.on("error", onError);
  }

  async add(job: Job): Promise<void> {
    const { priorities, now, onError } = this.#options;
    const timestamp = now();
    const dueAt = Math.max(timestamp, job.notBefore ?? 0);
    const priority = priorities.numberOf(job.priority, dueAt);
    await this.#queue.add("job", job, { jobId: job.id, timestamp, delay: dueAt - timestamp, priority });
    const lap = priorities.lapOf(timestamp);
    if (lap === this.#lap) return;
    this.#lap = lap;
    this.bringLeftOversForward().catch(onError);
  }

  /** Forgets the job unless a worker has it: then it says which delivery that is. */
  async remove(id: string): Promise<string | undefined> {
    if ((await this.#queue.remove(id)) === 1) return undefined;
    const job = await this.#queue.getJob(id);
    return job && deliveryOf(job);
  }

  async counts(): Promise<LaneCounts> {
    const [counts, workers] = await Promise.all([
      this.#queue.getJobCounts("wait", "prioritized", "delayed", "active"),
      countLaneWorkers(this.#options),
    ]);
    const { wait = 0, prioritized = 0, delayed = 0, active = 0 } = counts;
    return { waiting: wait + prioritized, delayed, active, workers };
  }

  /** To be called by whoever starts to serve the lane, since the lap may have changed while nobody was there. */
  async bringLeftOversForward(): Promise<void> {
    const { priorities, now } = this.#options;
    const leftOver = [];
    for (let start = 0; ; start += PAGE) {
      const page = await this.#queue.getJobs(["prioritized"], start, start + PAGE - 1, false);
      const old = page.filter(({ priority }) => priorities.isLeftOver(priority, now()));
      leftOver.push(...old);
      if (old.length < PAGE) break;
    }
    for (const job of leftOver.toReversed()) await job.changePriority({ priority: FRONT });
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }
}

/** Names one delivery of a job: the same id may be added again, and the same job delivered again. */
export function deliveryOf(job: {
  readonly id?: string | undefined;
  readonly timestamp: number;
  readonly attemptsStarted: number;
}): string {
  return `${job.id} ${job.timestamp} ${job.attemptsStarted}`;
}
