/**
 * Takes the jobs of the cpu lane and keeps them. Prints `started <node>`, and `stopped <node>` where it was told to
 * stop. SIGTERM closes it, and then it must end by itself. Arguments: the URL of Redis, the prefix, and after how many
 * milliseconds it counts as dead.
 */
import { once } from "node:events";
import { writeSync } from "node:fs";
import { createBullMqJobQueue } from "../../src/adapters/bullmq/job-queue.ts";

const [connection = "", prefix = "", lockDurationMs = "1000"] = process.argv.slice(2);
const print = (line: string): void => void writeSync(1, `${line}\n`);

const queue = createBullMqJobQueue({
  connection,
  prefix,
  lockDurationMs: Number(lockDurationMs),
  stalledIntervalMs: Number(lockDurationMs) / 2,
  onError: (error) => print(`error ${String(error)}`),
});
const worker = await queue.work("cpu", { concurrency: 4 }, async ({ nodeId }, signal) => {
  print(`started ${nodeId}`);
  await new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      print(`stopped ${nodeId}`);
      reject(new Error("stopped"));
    });
  });
});
print("ready");
await once(process, "SIGTERM");
await worker.close(0);
await queue.close();
print("closed");
