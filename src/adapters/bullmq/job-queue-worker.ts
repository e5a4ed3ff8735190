/** One worker of a lane: a BullMQ worker whose deliveries can be stopped, and are handed back when it closes. */
import { DelayedError, Worker, type Job as BullJob } from "bullmq";
import type { Redis } from "ioredis";
import { TuttiError } from "../../errors.ts";
import type { Job, JobHandler, LaneWorker } from "../../ports/job-queue.ts";
import type { Cancellations } from "./job-queue-cancel.ts";
import { deliveryOf } from "./job-queue-lane.ts";
import type { Presence } from "./job-queue-presence.ts";

export interface LaneWorkerOptions {
  readonly name: string;
  readonly redis: Redis;
  readonly prefix: string;
  readonly concurrency: number;
  readonly lockDurationMs: number;
  readonly stalledIntervalMs: number;
  readonly handler: JobHandler;
  readonly cancellations: Cancellations;
  readonly presence: Presence;
  /** The job's place in the order if it is due again at that time, epoch milliseconds. */
  readonly numberOf: (job: Job, dueAt: number) => number;
  readonly onError: (error: unknown, job?: Job) => void;
}

interface Delivery {
  readonly abort: AbortController;
  /** Nobody wants the job any more. */
  canceled: boolean;
  /** Ends the wait for a handler that doesn't heed its signal. */
  readonly giveUp: () => void;
}

/** Pauses before the next delivery of a job whose handler rejected: doubling from the first to the last. */
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5000;
/** How long a handler that was told to stop has for it, before its job is handed back without waiting for it. */
const STOP_MS = 500;
/** How long handing back may take, lest a Redis that is away keep the process from ending. */
const HAND_BACK_MS = 2000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Ids that stay known after their end, so that a late second `add` has no effect. */
const KEPT = { count: 1000, age: 3600 };
/** How often a worker may die over a job is not for the queue to say: the run counts deliveries. */
const ANY_NUMBER = 2 ** 31 - 1;

export function startLaneWorker(options: LaneWorkerOptions): LaneWorker {
  const { name, redis, prefix, concurrency, handler, cancellations, onError } = options;
  const active = new Set<Delivery>();
  let open = true;

  async function deliver(bull: BullJob<Job>, token?: string): Promise<void> {
    if (!open) return handBack(bull, token);
    const job = bull.data;
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    const delivery: Delivery = {
      abort: new AbortController(),
      canceled: false,
      giveUp: () => reject(new Error("given up")),
    };
    active.add(delivery);
    const forget = cancellations.onStop(deliveryOf(bull), () => {
      delivery.canceled = true;
      delivery.abort.abort(new TuttiError("canceled", "The step was canceled."));
    });
    try {
      // Called in here, so that one that throws is one that rejects.
      await Promise.race([(async () => handler(job, delivery.abort.signal))(), givenUp]);
    } catch (error) {
      if (!delivery.canceled) {
        if (delivery.abort.signal.aborted) return await handBack(bull, token);
        return await deliverLater(bull, error);
      }
    } finally {
      forget();
      active.delete(delivery);
    }
    if (delivery.canceled) bull.opts.removeOnComplete = true;
  }

  async function deliverLater(bull: BullJob<Job>, error: unknown): Promise<never> {
    onError(error, bull.data);
    const dueAt = Date.now() + pauseBefore(bull.attemptsMade + 1);
    await bull.changePriority({ priority: options.numberOf(bull.data, dueAt) });
    // Not the error itself: some names and messages mean something to BullMQ.
    throw new Error(`The outcome could not be recorded: ${String(error)}`);
  }

  const worker = new Worker<Job, void>(name, deliver, {
    connection: redis,
    prefix,
    concurrency,
    lockDuration: options.lockDurationMs,
    stalledInterval: options.stalledIntervalMs,
    maxStalledCount: ANY_NUMBER,
    removeOnComplete: KEPT,
    settings: { backoffStrategy: pauseBefore },
  });
  worker.on("error", onError);

  return {
    async close(graceMs) {
      open = false;
      const withdrawn = options.presence.withdraw();
      const closed = worker.close();
      await settledWithin(closed, graceMs);
      const reason = new TuttiError("shutting-down", "The worker closes; another one takes the job over.");
      for (const { abort } of active) abort.abort(reason);
      await settledWithin(closed, STOP_MS);
      for (const { giveUp } of active) giveUp();
      await settledWithin(Promise.all([closed, withdrawn]), HAND_BACK_MS);
    },
  };
}

/** Delayed until now, and not put back to where it waited: only this wakes another worker at once. */
async function handBack(bull: BullJob<Job>, token?: string): Promise<never> {
  await bull.moveToDelayed(Date.now(), token);
  throw new DelayedError();
}

/** @param attempt Which delivery comes next, from 1. */
function pauseBefore(attempt: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LAST_PAUSE_MS);
}

async function settledWithin(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  const { promise: timeIsUp, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_TIMER_MS));
  await Promise.race([promise, timeIsUp]);
  clearTimeout(timer);
}
