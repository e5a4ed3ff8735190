/**
 * Is a run finished whatever moment its controller dies at, without doing again what had been done? The first controller
 * is dropped at every one of its writes in turn, before it and after it, and a second one is started on what is left.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TuttiError } from "../../src/errors.ts";
import type { RunStore } from "../../src/ports/run-store.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { foldEvents } from "../../src/run/reduce.ts";
import type { RunState } from "../../src/run/state.ts";
import {
  scriptedCard,
  scriptExperts,
  shoutScript,
  listTask,
  textTask,
  until,
  type Script,
} from "../fakes/scripted-experts.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";
import { mappedOver, splitNode, startController, textNode, type Controller } from "./controller.ts";

const LONG = "long ".repeat(1000);
const PLAN = [
  splitNode("words"),
  mappedOver("words", "each"),
  textNode("long"),
  textNode("flaky"),
  textNode("then", "flaky"),
  textNode("held-1"),
  textNode("held-2"),
  textNode("if", "long", { when: { from: "long", output: "text", op: "contains", value: "LONG" } }),
  textNode("else", undefined, { when: { from: "long", output: "text", op: "contains", value: "SHORT" } }),
];
const DONE = ["words", "each", "each__0", "each__1", "long", "flaky", "then", "held-1", "held-2", "if"];

let folder = "";
let remove = (): Promise<void> => Promise.resolve();
const open: Controller[] = [];

beforeEach(async () => {
  ({ folder, remove } = await temporaryFolder());
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((controller) => controller.close()));
  await remove();
});

/**
 * Experts that tell what they were called with. The one of `shout` takes one at a time, so that others wait for it, and
 * fails once in the life of a run.
 */
function experts(life: { failed: boolean } = { failed: false }) {
  const did: string[] = [];
  const shout: Script = async (call) => {
    const text = String(call.inputs["text"]);
    did.push(text);
    if (text === "flaky" && !life.failed) {
      life.failed = true;
      throw new TuttiError("worker-crashed", "gone", { retryable: true });
    }
    return text === "long" ? { text: LONG.toUpperCase() } : shoutScript(call);
  };
  const split: Script = ({ inputs }) => {
    did.push(String(inputs["text"]));
    return Promise.resolve({ words: ["one", "two"] });
  };
  const limits = { timeoutMs: 10_000, concurrency: 1, memoryMiB: 1 };
  const scripted = scriptExperts(
    [textTask, listTask],
    [
      { card: scriptedCard("a/shout", textTask, { limits }), script: shout },
      { card: scriptedCard("b/split", listTask), script: split },
    ],
  );
  return { ...scripted, did };
}

/** Lets so many writes through; then nothing is ever answered again, whether or not the next one still gets to disk. */
function dyingStore(store: RunStore, writes: number, moment: "before" | "after") {
  let count = 0;
  const died = Promise.withResolvers<void>();
  const never = <T>(): Promise<T> => new Promise(() => {});
  const write =
    <A extends unknown[], R>(change: (...parameters: A) => Promise<R>) =>
    async (...parameters: A): Promise<R> => {
      count += 1;
      if (count <= writes) return change(...parameters);
      if (count === writes + 1 && moment === "after") await change(...parameters);
      died.resolve();
      return never();
    };
  const look =
    <A extends unknown[], R>(read: (...parameters: A) => Promise<R>) =>
    (...parameters: A): Promise<R> =>
      count > writes ? never() : read(...parameters);
  const dying: RunStore = {
    ...store,
    commit: write(store.commit),
    removeFromOutbox: write(store.removeFromOutbox),
    read: look(store.read),
    head: look(store.head),
    heads: look(store.heads),
    outbox: look(store.outbox),
  };
  return { store: dying, died: died.promise, writes: () => count };
}

function expectWhole(state: RunState, events: readonly RunEvent[]): void {
  expect(foldEvents(events)).toEqual(state);
  expect(state.status).toBe("succeeded");
  const statuses = [...state.nodes.values()].map(({ spec, status }) => [spec.id, status]);
  expect(Object.fromEntries(statuses)).toEqual({
    ...Object.fromEntries(["plan", "answer", ...DONE].map((id) => [id, "succeeded"])),
    else: "skipped",
  });
  const completed = events.flatMap((event) => (event.type === "node-succeeded" ? [event.data.nodeId] : []));
  expect(completed.toSorted()).toEqual([...DONE, "plan", "answer"].toSorted());
  expect(state.nodes.get("then")?.outputs["text"]).toEqual({ type: "text", value: "FLAKY" });
}

/** The texts by which the experts know the steps that are recorded as done. */
function textsOf(events: readonly RunEvent[]): string[] {
  const texts: Record<string, string> = { each__0: "one", each__1: "two", then: "FLAKY", if: LONG.toUpperCase() };
  return events.flatMap((event) => {
    if (event.type !== "node-succeeded" || !DONE.includes(event.data.nodeId)) return [];
    const { nodeId } = event.data;
    return nodeId === "each" ? [] : [texts[nodeId] ?? nodeId];
  });
}

/** Runs the plan until the controller dies, or, where it has fewer writes to do, to its end. */
async function runUntilDeath(writes: number, moment: "before" | "after", life: { failed: boolean }) {
  let dying: ReturnType<typeof dyingStore> | undefined;
  const first = await startController(experts(life), {
    folder,
    aroundStore: (store) => (dying = dyingStore(store, writes, moment)).store,
  });
  // From a dying controller nobody may ever hear.
  const lived = first.run(PLAN).then(() => "lived" as const);
  lived.catch(() => {});
  const end = await Promise.race([dying?.died.then(() => "died" as const), lived]);
  await first.drop();
  return end;
}

it("counts the writes of a run, so that the tests below meet all of them", async () => {
  let dying: ReturnType<typeof dyingStore> | undefined;
  const controller = await startController(experts(), {
    folder,
    aroundStore: (store) => (dying = dyingStore(store, Infinity, "before")).store,
  });
  open.push(controller);
  const { state } = await controller.run(PLAN);
  expectWhole(state, await controller.store.read(state.runId));
  expect(dying?.writes()).toBeGreaterThan(25);
  expect(dying?.writes()).toBeLessThan(POINTS);
});

/** A few more than an undisturbed run takes. */
const POINTS = 80;

describe.each(["before", "after"] as const)("a controller that dies %s a write", (moment) => {
  it("leaves a run that the next one finishes, whichever write it was", { timeout: 120_000 }, async () => {
    let dead = 0;
    for (let writes = 1; writes < POINTS; writes += 1) {
      const place = await temporaryFolder();
      folder = place.folder;
      const life = { failed: false };
      if ((await runUntilDeath(writes, moment, life)) === "lived") {
        await place.remove();
        break;
      }
      dead += 1;

      const scripted = experts(life);
      const second = await startController(scripted, { folder });
      open.push(second);
      const [head] = await second.store.heads({});
      const before = await second.store.read(head?.runId ?? "");
      const { state } = await second.runs.wait("default", head?.runId ?? "", AbortSignal.timeout(20_000));
      expectWhole(state, await second.store.read(state.runId));
      for (const text of textsOf(before)) expect(scripted.did, `after ${writes} writes`).not.toContain(text);
      expect(new Set(scripted.did).size).toBeGreaterThanOrEqual(scripted.did.length - 1);
      await until(async () => (await second.places()) === 0);
      expect(await second.store.outbox(Infinity, 10)).toEqual([]);
      expect(second.faults).toEqual([]);
      await open.pop()?.close();
      await place.remove();
    }
    expect(dead).toBeGreaterThan(25);
  });
});

it("a run that can't be read is ended at the start, and the others are finished", async () => {
  const first = await startController(experts(), { folder });
  first.dispatcher.close();
  const { runId: good } = await first.submit(PLAN);
  const { runId: bad } = await first.submit(PLAN);
  const events = await first.store.read(bad);
  const head = await first.store.head(bad);
  const seq = events.length + 1;
  const alien: RunEvent = { v: 2, runId: bad, seq, at: 1, type: "note-added", data: { nodeId: "plan", text: "?" } };
  if (head) {
    await first.store.commit({
      runId: bad,
      expectedRevision: events.length,
      events: [alien],
      outbox: [],
      head,
    });
  }
  await first.drop();

  const second = await startController(experts(), { folder });
  open.push(second);
  const { state } = await second.runs.wait("default", good, AbortSignal.timeout(20_000));
  expectWhole(state, await second.store.read(good));
  expect(await second.store.head(bad)).toMatchObject({ status: "failed", active: false });
  await expect(second.runs.run("default", bad)).rejects.toMatchObject({
    code: "unsupported-version",
    message: expect.stringContaining("format 2") as string,
  });
  expect(second.faults).toHaveLength(1);
});
