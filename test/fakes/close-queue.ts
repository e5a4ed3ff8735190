/** Leaves a queue behind that has known every kind of job, closed. The process must end by itself. */
import { createInProcessJobQueue } from "../../src/adapters/in-process/job-queue.ts";
import { jobOf, obedientHandler } from "../contracts/jobs.ts";

const queue = createInProcessJobQueue({ onError: () => {} });
const { handler } = obedientHandler();
await queue.work("cpu", { concurrency: 1 }, handler);
await queue.work("remote", { concurrency: 1 }, async () => Promise.reject(new Error("not recorded")));
for (const node of ["active", "waiting"]) await queue.add(jobOf(node));
await queue.add(jobOf("delayed", { notBefore: Date.now() + 3_600_000 }));
await queue.add(jobOf("failed", { lane: "remote" }));
await new Promise((resolve) => {
  setTimeout(resolve, 20);
});
await queue.close();
console.log("closed");
