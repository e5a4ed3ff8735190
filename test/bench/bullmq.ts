/** Plain BullMQ: the same number of jobs that do nothing, with nobody who plans, records, or waits for another. */
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";

export interface PlainQueue {
  /** Adds so many jobs, all at once, and waits until all are done. @returns milliseconds */
  drain(count: number): Promise<number>;
  close(): Promise<void>;
}

/** As Tutti's own queues keep them. */
const KEPT = { count: 1000, age: 3600 };

export async function startPlainQueue(redisUrl: string, concurrency: number): Promise<PlainQueue> {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const settings = { connection, prefix: "{plain}" };
  const queue = new Queue("plain", settings);
  let left = 0;
  let done = Promise.withResolvers<void>();
  const worker = new Worker("plain", () => Promise.resolve(), { ...settings, concurrency, removeOnComplete: KEPT });
  worker.on("completed", () => {
    left -= 1;
    if (left === 0) done.resolve();
  });
  await worker.waitUntilReady();
  return {
    async drain(count) {
      left = count;
      done = Promise.withResolvers();
      const started = performance.now();
      await Promise.all(Array.from({ length: count }, () => queue.add("job", {})));
      await done.promise;
      return performance.now() - started;
    },
    async close() {
      await worker.close();
      await queue.close();
      connection.disconnect();
    },
  };
}
