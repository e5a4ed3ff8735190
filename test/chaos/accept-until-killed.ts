/**
 * Accepts runs as an API process does, and dies at the worst moment: when they are recorded, and before anybody was told.
 * Input: a JSON list of plans. Prints the ids of the runs, then kills itself. Arguments: URL and prefix of Redis.
 */
import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { openRedisRunStore } from "../../src/adapters/redis/run-store.ts";
import { RunBook } from "../../src/dispatch/run-book.ts";
import { planNodeSchema } from "../../src/run/plan-node.ts";
import { DEADLINE_S } from "./client.ts";

const [, , connection = "", prefix = ""] = process.argv;
const plans = z.array(z.array(planNodeSchema)).parse(JSON.parse(await text(process.stdin)));
const book = new RunBook(openRedisRunStore({ connection, prefix, onError: () => {} }), Date.now);
const at = Date.now();
const deadlineAt = at + DEADLINE_S * 1000;
const runIds: string[] = [];
for (const plan of plans) {
  const runId = `r${randomUUID()}`;
  const request = { messages: [], options: { reuse: false }, plan };
  await book.create({ type: "create", at, runId, tenant: "default", request, deadlineAt, maxNodes: 2000 });
  runIds.push(runId);
}
writeSync(1, JSON.stringify(runIds));
process.kill(process.pid, "SIGKILL");
