/** One worker of a lane: so many jobs at once, each with a signal that tells it to stop. */
import { TuttiError } from "../../errors.ts";
import type { JobHandler, LaneWorker } from "../../ports/job-queue.ts";
import type { Entry } from "./job-queue-backlog.ts";

export interface WorkerOptions {
  readonly concurrency: number;
  readonly handler: JobHandler;
  /** The outcome is recorded. */
  readonly onDone: (entry: Entry) => void;
  /** It is not, and this is why. */
  readonly onFailed: (entry: Entry, error: unknown) => void;
  /** The worker closes before the job came to an end: somebody else is to do it. */
  readonly onReturned: (entry: Entry) => void;
}

export interface Worker extends LaneWorker {
  /** Whether it takes jobs, now or when it has room. */
  isOpen(): boolean;
  hasRoom(): boolean;
  active(): number;
  start(entry: Entry): void;
}

interface Delivery {
  readonly entry: Entry;
  readonly abort: AbortController;
  ended: Promise<void>;
}

/** How long a handler that was told to stop has for it, before its job is handed back without waiting for it. */
const STOP_MS = 500;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createWorker({ concurrency, handler, onDone, onFailed, onReturned }: WorkerOptions): Worker {
  const active = new Set<Delivery>();
  let open = true;

  async function deliver(delivery: Delivery): Promise<void> {
    const { entry, abort } = delivery;
    let settle = (): void => onDone(entry);
    try {
      await handler(entry.job, abort.signal);
    } catch (error) {
      settle = () => (abort.signal.aborted ? onReturned(entry) : onFailed(entry, error));
    }
    // If it is no longer active, it was handed back in the meantime, and its end is nobody's business any more.
    if (active.delete(delivery)) settle();
  }

  return {
    isOpen: () => open,
    hasRoom: () => open && active.size < concurrency,
    active: () => active.size,
    start(entry) {
      const delivery: Delivery = { entry, abort: new AbortController(), ended: Promise.resolve() };
      entry.abort = delivery.abort;
      active.add(delivery);
      delivery.ended = deliver(delivery);
    },
    async close(graceMs) {
      open = false;
      await endedWithin(active, graceMs);
      const reason = new TuttiError("shutting-down", "The worker closes; another one takes the job over.");
      for (const { abort } of active) abort.abort(reason);
      await endedWithin(active, STOP_MS);
      for (const delivery of active) {
        active.delete(delivery);
        onReturned(delivery.entry);
      }
    },
  };
}

async function endedWithin(deliveries: Iterable<Delivery>, milliseconds: number): Promise<void> {
  const { promise: timeIsUp, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_TIMER_MS));
  await Promise.race([Promise.all(Array.from(deliveries, ({ ended }) => ended)), timeIsUp]);
  clearTimeout(timer);
}
