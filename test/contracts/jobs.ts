/** Jobs of made-up runs, and handlers that tests can look into. */
import { expect } from "vitest";
import type { Job, JobHandler } from "../../src/ports/job-queue.ts";
import { until } from "./contract.ts";

export function jobOf(nodeId: string, changes: Partial<Job> = {}): Job {
  const { runId = "run", attempt = 1 } = changes;
  return { id: `${runId}.${nodeId}.${attempt}`, lane: "cpu", runId, nodeId, attempt, priority: 5, ...changes };
}

export const nodes = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`);

export interface Delivery {
  readonly job: Job;
  readonly signal: AbortSignal;
  /** The outcome is recorded. */
  readonly done: () => void;
  /** The outcome could not be recorded. */
  readonly fail: (error?: Error) => void;
}

export interface RecordingHandler {
  readonly handler: JobHandler;
  /** Every delivery, in order. */
  readonly deliveries: Delivery[];
  /** Node ids in the order of their delivery. */
  readonly order: () => string[];
}

/** Waits until the handler was given so many jobs, and gives back the last. */
export async function delivery(deliveries: readonly Delivery[], count: number): Promise<Delivery> {
  await until(() => deliveries.length >= count);
  const last = deliveries[count - 1];
  return last ?? expect.fail("there is no such delivery");
}

/** Keeps every job until the test says how it ended. */
export function holdingHandler(): RecordingHandler {
  return recording(() => {});
}

/** Is done with every job at once. */
export function quickHandler(): RecordingHandler {
  return recording(({ done }) => done());
}

/** Keeps every job until it is told to stop, and then says that it could not record anything. */
export function obedientHandler(): RecordingHandler {
  return recording(({ signal, fail }) => signal.addEventListener("abort", () => fail()));
}

function recording(react: (delivery: Delivery) => void): RecordingHandler {
  const deliveries: Delivery[] = [];
  const handler: JobHandler = async (job, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (error = new Error("not recorded")): void => reject(error);
    const given: Delivery = { job, signal, done: resolve, fail };
    deliveries.push(given);
    react(given);
    await promise;
  };
  return { handler, deliveries, order: () => deliveries.map(({ job }) => job.nodeId) };
}
