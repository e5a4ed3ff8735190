/** The job queue of several machines: BullMQ over Redis, a queue per lane. */
import { TuttiError } from "../../errors.ts";
import type { Job, JobName, JobQueue, LaneWorker } from "../../ports/job-queue.ts";
import type { Lane } from "../../registry/expert-card.ts";
import { Cancellations } from "./job-queue-cancel.ts";
import { laneName, LaneQueue } from "./job-queue-lane.ts";
import { Presence } from "./job-queue-presence.ts";
import { createPriorities } from "./job-queue-priority.ts";
import { startLaneWorker } from "./job-queue-worker.ts";
import { closeRedis, connectRedis, DEFAULT_PREFIX, warnOfRedis, type RedisAddress } from "../redis/connection.ts";
import { StreamFeed } from "../redis/stream-feed.ts";

export interface BullMqJobQueueOptions {
  /** A URL, or a connection whose settings are taken over. */
  readonly connection: RedisAddress;
  /** Starts every key. @default "{tutti}" */
  readonly prefix?: string;
  /** A worker that doesn't renew its claim on a job for so long is taken for dead, milliseconds. @default 15000 */
  readonly lockDurationMs?: number;
  /** How often workers look for the jobs of dead ones, milliseconds. @default 5000 */
  readonly stalledIntervalMs?: number;
  /** Milliseconds of waiting that are worth one level of priority. @default 10000 */
  readonly ageMs?: number;
  /** The clock, epoch milliseconds. @default Date.now */
  readonly now?: () => number;
  /** Told of trouble with Redis, and, with its job, of every handler that rejected. @default a process warning */
  readonly onError?: (error: unknown, job?: Job) => void;
}

/**
 * After `close`, `add` and `work` reject with TuttiError `shutting-down`. While Redis is away, calls wait.
 * A job whose worker died comes again after at most `lockDurationMs` and two times `stalledIntervalMs`.
 */
export function createBullMqJobQueue({
  connection,
  prefix = DEFAULT_PREFIX,
  lockDurationMs = 15_000,
  stalledIntervalMs = 5000,
  ageMs = 10_000,
  now = Date.now,
  onError = warn,
}: BullMqJobQueueOptions): JobQueue {
  const redis = connectRedis(connection, { maxRetriesPerRequest: null }, onError);
  const feed = new StreamFeed({ address: connection, commands: redis, prefix, onError });
  const tell = (error: unknown, job?: Job): void => {
    // A lost connection is told of once, by the connection itself; BullMQ repeats it for every queue and every try.
    if (job || !isConnectionError(error)) onError(error, job);
  };
  const cancellations = new Cancellations({ redis, feed, prefix });
  const priorities = createPriorities(ageMs);
  const lanes = new Map<Lane, LaneQueue>();
  const workers = new Set<LaneWorker>();
  let closed = false;

  function laneOf(lane: Lane): LaneQueue {
    const known = lanes.get(lane);
    if (known) return known;
    const created = new LaneQueue({ lane, redis, prefix, priorities, now, onError: tell });
    lanes.set(lane, created);
    return created;
  }

  async function stopOne({ id, lane }: JobName): Promise<void> {
    const delivery = await laneOf(lane).remove(id);
    if (delivery !== undefined) await cancellations.stop(delivery);
  }

  function assertOpen(): void {
    if (closed) throw new TuttiError("shutting-down", "The job queue is closed.");
  }

  return {
    async add(job) {
      assertOpen();
      await laneOf(job.lane).add(job);
    },
    async work(lane, { concurrency }, handler) {
      assertOpen();
      await cancellations.listen();
      assertOpen();
      laneOf(lane).bringLeftOversForward().catch(tell);
      const presence = new Presence({ redis, prefix, lane, onError: tell });
      const worker = startLaneWorker({
        name: laneName(lane),
        redis,
        prefix,
        concurrency,
        lockDurationMs,
        stalledIntervalMs,
        handler,
        cancellations,
        presence,
        numberOf: ({ priority }, dueAt) => priorities.numberOf(priority, dueAt),
        onError: tell,
      });
      workers.add(worker);
      await presence.announce();
      return {
        async close(graceMs) {
          await worker.close(graceMs);
          workers.delete(worker);
        },
      };
    },
    async cancel(jobs) {
      await Promise.all(jobs.map(stopOne));
    },
    async counts(lane) {
      return laneOf(lane).counts();
    },
    async close() {
      closed = true;
      await Promise.all(Array.from(workers, (worker) => worker.close(0)));
      feed.close();
      await Promise.all(Array.from(lanes.values(), (lane) => lane.close()));
      closeRedis(redis);
    },
  };
}

function warn(error: unknown, job?: Job): void {
  if (job) process.emitWarning(`Job ${job.id} could not be recorded and is delivered again: ${String(error)}`);
  else warnOfRedis(error);
}

/** System errors have codes like ECONNREFUSED. */
function isConnectionError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
