/** Is a condition on a large value decided once, and decided after all where the value could not be read at first? */
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSqliteRunStore } from "../../src/adapters/sqlite/run-store.ts";
import { Conditions } from "../../src/dispatch/conditions.ts";
import { CONDITION, RunBook } from "../../src/dispatch/run-book.ts";
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
  const conditions = new Conditions({ book, load });
  const state = await runWithPending();
  expect(await conditions.decide(state, "t2")).toBe(true);
  expect(await conditions.decide(state, "t3")).toBe(true);
  expect(await statuses()).toEqual(["ready", "skipped"]);
});

it("is in the outbox until then, so that another process takes it up if this one dies", async () => {
  await runWithPending();
  const entries = await store.outbox(now, 10);
  expect(entries.filter(({ attempt }) => attempt === CONDITION).map(({ nodeId }) => nodeId)).toEqual(["t2", "t3"]);
});

it("has nothing left to do where the condition was decided, or nobody asks any more", async () => {
  const conditions = new Conditions({ book, load: () => Promise.reject(new Error("must not be read")) });
  expect(await conditions.decide(await runWithPending(), "t1")).toBe(true);
});

it("tries again later what could not be read, and says so each time", async () => {
  let broken = true;
  const load = () =>
    broken ? Promise.reject(new Error("disk away")) : Promise.resolve({ type: "text", value: "yes" } as const);
  const conditions = new Conditions({ book, load });
  const state = await runWithPending();
  await expect(conditions.decide(state, "t2")).rejects.toThrow("disk away");
  expect(await conditions.decide(state, "t2")).toBe(false);
  expect(await statuses()).toEqual(["waiting", "waiting"]);

  now += 60_000;
  await expect(conditions.decide(state, "t2")).rejects.toThrow("disk away");
  broken = false;
  now += 60_000;
  expect(await conditions.decide(state, "t2")).toBe(true);
  expect(await statuses()).toEqual(["ready", "waiting"]);
});
