/** Is a condition on a large value decided once, and decided after all where the value could not be read at first? */
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSqliteRunStore } from "../../src/adapters/sqlite-run-store.ts";
import { Conditions } from "../../src/dispatch/conditions.ts";
import { RunBook } from "../../src/dispatch/run-book.ts";
import type { RunStore } from "../../src/ports/run-store.ts";
import type { NodeSpec } from "../../src/run/events.ts";
import type { RunState } from "../../src/run/state.ts";
import type { Value } from "../../src/run/value.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";

let remove = (): Promise<void> => Promise.resolve();
let store: RunStore;
let book: RunBook;
let now = 0;

beforeEach(async () => {
  const place = await temporaryFolder();
  remove = place.remove;
  now = 1000;
  store = openSqliteRunStore({ file: join(place.folder, "runs.sqlite") });
  book = new RunBook(store, () => now);
});

afterEach(async () => {
  await store.close();
  await remove();
});

/** A run in which t2 and t3 wait to hear what the long text of t1 holds. */
async function runWithPending(): Promise<RunState> {
  const runId = "r1";
  const at = now;
  const request = { messages: [], options: {} };
  await book.create({ type: "create", at, runId, tenant: "default", request, deadlineAt: 1e6, maxNodes: 9 });
  await book.change(runId, { type: "start", at, nodeId: "plan", attempt: 1, worker: "w" });
  const node = (id: string, more: Partial<NodeSpec> = {}): NodeSpec => {
    return { id, kind: "task", task: "any", inputs: {}, ...more };
  };
  const when = (value: string) => ({ when: { from: "t1", output: "text", op: "contains", value } }) as const;
  const nodes = [node("t1"), node("t2", when("yes")), node("t3", when("no"))];
  await book.change(runId, { type: "add-nodes", at, planId: "plan", attempt: 1, nodes });
  const experts = [{ id: "a/b", version: "1" }];
  await book.change(runId, { type: "route", at, nodeId: "t1", attempt: 1, experts, reason: "" });
  await book.change(runId, { type: "start", at, nodeId: "t1", attempt: 1, worker: "w" });
  const text: Value = { type: "spilled", of: "text", ref: "0".repeat(64), bytes: 9999 };
  const outputs = { text };
  return (await book.change(runId, { type: "complete", at, nodeId: "t1", attempt: 1, outputs, usage: {} })).state;
}

const statuses = async () => {
  const state = await book.state("r1");
  return ["t2", "t3"].map((id) => state?.nodes.get(id)?.status);
};

it("loads the value and tells the run, for each node by its own condition", async () => {
  const load = () => Promise.resolve({ type: "text", value: "oh yes" } as const);
  await new Conditions({ book, load, onError: () => {} }).decide(await runWithPending());
  expect(await statuses()).toEqual(["ready", "skipped"]);
});

it("does not load a value again while it is being loaded", async () => {
  let loads = 0;
  const gate = Promise.withResolvers<void>();
  const load = async () => {
    loads += 1;
    await gate.promise;
    return { type: "text", value: "yes and no" } as const;
  };
  const conditions = new Conditions({ book, load, onError: () => {} });
  const state = await runWithPending();
  const first = conditions.decide(state);
  const second = conditions.decide(state);
  await new Promise((resolve) => setImmediate(resolve));
  // One load each for t2 and, asked for by the second call, t3.
  expect(loads).toBe(2);
  gate.resolve();
  await Promise.all([first, second]);
  expect(loads).toBeLessThanOrEqual(3);
  expect(await statuses()).toEqual(["ready", "ready"]);
});

it("tries again later what could not be read, says so each time, and is not held up by it", async () => {
  let broken = true;
  const faults: string[] = [];
  const load = () =>
    broken ? Promise.reject(new Error("disk away")) : Promise.resolve({ type: "text", value: "yes" } as const);
  const conditions = new Conditions({ book, load, onError: (_error, what) => void faults.push(what) });
  await conditions.decide(await runWithPending());
  expect(await statuses()).toEqual(["waiting", "waiting"]);
  expect(faults).toEqual(["deciding the condition of r1.t2", "deciding the condition of r1.t3"]);

  await conditions.retry();
  expect(faults).toHaveLength(2);
  now += 60_000;
  await conditions.retry();
  expect(faults).toHaveLength(4);
  broken = false;
  now += 60_000;
  await conditions.retry();
  expect(await statuses()).toEqual(["ready", "skipped"]);
  now += 60_000;
  await conditions.retry();
  expect(faults).toHaveLength(4);
});
