/** A page that shows the lanes' queues: bull-board. */
import type { Express } from "express";
import { Queue } from "bullmq";
import { lanes } from "../../registry/expert-card.ts";
import { laneName } from "./job-queue-lane.ts";
import { closeRedis, connectRedis, DEFAULT_PREFIX, warnOfRedis, type RedisAddress } from "../redis/connection.ts";

export interface QueueDashboardOptions {
  readonly connection: RedisAddress;
  /** As of the job queue. @default "{tutti}" */
  readonly prefix?: string;
  /** Where the handler is mounted, for the page's links. */
  readonly basePath: string;
  /** Told of trouble with Redis. @default a process warning */
  readonly onError?: (error: unknown) => void;
}

export interface QueueDashboard {
  /** Lets everybody in: whoever mounts it says who may see it. */
  readonly handler: Express;
  close(): Promise<void>;
}

/** Looking only: to retry or remove a job by hand would change nothing for its run, which decides alone. */
export async function createQueueDashboard({
  connection,
  prefix = DEFAULT_PREFIX,
  basePath,
  onError = warnOfRedis,
}: QueueDashboardOptions): Promise<QueueDashboard> {
  const [{ createBullBoard }, { BullMQAdapter }, { ExpressAdapter }] = await Promise.all([
    import("@bull-board/api"),
    import("@bull-board/api/bullMQAdapter"),
    import("@bull-board/express"),
  ]);
  // A page is better told at once that Redis is away than kept waiting.
  const redis = connectRedis(connection, { maxRetriesPerRequest: 1 }, onError);
  // The queues are set up by those who use them: their settings are not to be overwritten from here.
  const options = { connection: redis, prefix, skipMetasUpdate: true };
  const queues = lanes.map((lane) => new Queue(laneName(lane), options));
  // The connection has told of it already.
  for (const queue of queues) queue.on("error", () => {});

  const serverAdapter = new ExpressAdapter().setBasePath(basePath);
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter,
    options: { uiConfig: { boardTitle: "Tutti", hideDocsLink: true } },
  });
  const handler: Express = serverAdapter.getRouter();
  handler.disable("x-powered-by");

  return {
    handler,
    async close() {
      await Promise.all(queues.map((queue) => queue.close()));
      closeRedis(redis);
    },
  };
}
