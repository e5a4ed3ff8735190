/** Do two controllers on one store ever lose each other's commits, and can one bad run or listener harm the others? */
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteRunStore } from "../../src/adapters/sqlite/run-store.ts";
import { RunBook, type Committed } from "../../src/dispatch/run-book.ts";
import type { RunStore } from "../../src/ports/run-store.ts";
import type { Command } from "../../src/run/commands.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { foldEvents } from "../../src/run/reduce.ts";
import type { Message } from "../../src/run/request.ts";
import { temporaryFolder } from "../fakes/temporary-folder.ts";

let folder = "";
let remove = (): Promise<void> => Promise.resolve();
let store: RunStore;
let now = 1000;

beforeEach(async () => {
  ({ folder, remove } = await temporaryFolder());
  store = openSqliteRunStore({ file: join(folder, "runs.sqlite") });
  now = 1000;
});

afterEach(async () => {
  await store.close();
  await remove();
});

const clock = (): number => (now += 1);
const openBook = (over: RunStore = store, onFault?: (error: unknown) => void): RunBook =>
  new RunBook(over, clock, onFault);

function create(runId: string, ...texts: string[]): Extract<Command, { type: "create" }> {
  const messages = texts.map((text): Message => ({ role: "user", content: [{ type: "text", text }] }));
  return {
    type: "create",
    at: now,
    runId,
    tenant: "default",
    request: { messages, options: {} },
    deadlineAt: 1e6,
    maxNodes: 50,
  };
}

const note = (text: string) => ({ type: "note", at: now, nodeId: "plan", text }) as const;

/** Which revision each read asked for: 0 means that nothing was remembered. */
function watchReads(over: RunStore): { readonly store: RunStore; readonly reads: number[] } {
  const reads: number[] = [];
  const read: RunStore["read"] = (runId, after = 0) => {
    reads.push(after);
    return over.read(runId, after);
  };
  return { store: { ...over, read }, reads };
}

describe("two books on one store", () => {
  it("take every change of both, once, and agree on the state in the end", async () => {
    const [one, two] = [openBook(), openBook()];
    await one.create(create("r1", "hello"));
    const texts = Array.from({ length: 40 }, (_, index) => `n${index}`);
    await Promise.all(texts.map((text, index) => (index % 2 ? one : two).change("r1", note(text))));

    const state = await one.state("r1");
    expect(state?.notes.map(({ text }) => text).toSorted()).toEqual(texts.toSorted());
    expect(await two.state("r1")).toEqual(state);
    const events = await store.read("r1");
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(foldEvents(events)).toEqual(state);
  });

  it("let only one of two workers complete an attempt", async () => {
    const [one, two] = [openBook(), openBook()];
    await one.create(create("r1", "hello"));
    const at = now;
    await one.change("r1", { type: "start", at, nodeId: "plan", attempt: 1, worker: "w" });
    await two.state("r1");
    const complete = { type: "complete", at, nodeId: "plan", attempt: 1, outputs: {}, usage: {} } as const;
    const both = await Promise.all([one.change("r1", complete), two.change("r1", complete)]);
    expect(both.map(({ decision }) => decision.outcome).toSorted()).toEqual(["events", "stale"]);
    for (const { state } of both) expect(state.nodes.get("plan")?.status).toBe("succeeded");
    const recorded = (await store.read("r1")).filter(
      (event) => event.type === "node-succeeded" && event.data.nodeId === "plan",
    );
    expect(recorded).toHaveLength(1);
  });

  it("never call a command stale because of what one of them has not read yet", async () => {
    const [one, two] = [openBook(), openBook()];
    await one.create(create("r1", "hello"));
    await two.state("r1");
    await one.change("r1", { type: "start", at: now, nodeId: "plan", attempt: 1, worker: "w" });
    // As the second book remembers the run, the attempt has not begun.
    const late = await two.change("r1", {
      type: "complete",
      at: now,
      nodeId: "plan",
      attempt: 1,
      outputs: {},
      usage: {},
    });
    expect(late.decision.outcome).toBe("events");
  });
});

it("gives up after many lost races instead of trying for ever, and says so", async () => {
  const book = openBook({ ...store, commit: () => Promise.resolve({ outcome: "conflict" }) });
  await openBook().create(create("r1", "hello"));
  await expect(book.change("r1", note("x"))).rejects.toMatchObject({ code: "conflict", retryable: true });
});

describe("one book", () => {
  it("carries out changes of one run in the order in which they were asked for, without racing itself", async () => {
    const commits: string[] = [];
    const commit: RunStore["commit"] = async (change) => {
      const result = await store.commit(change);
      commits.push(result.outcome);
      return result;
    };
    const book = openBook({ ...store, commit });
    await book.create(create("r1", "hello"));
    const texts = Array.from({ length: 50 }, (_, index) => `n${index}`);
    await Promise.all(texts.map((text) => book.change("r1", note(text))));
    expect((await book.state("r1"))?.notes.map(({ text }) => text)).toEqual(texts);
    expect(new Set(commits)).toEqual(new Set(["committed"]));
  });

  it("does not let a change that fails stop those behind it", async () => {
    const commit: RunStore["commit"] = (change) =>
      change.events.some((event) => event.type === "note-added" && event.data.text === "bad")
        ? Promise.reject(new Error("disk full"))
        : store.commit(change);
    const book = openBook({ ...store, commit });
    await book.create(create("r1", "hello"));
    const ends = await Promise.allSettled(["a", "bad", "b"].map((text) => book.change("r1", note(text))));
    expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect((await book.state("r1"))?.notes.map(({ text }) => text)).toEqual(["a", "b"]);
  });

  it("tells its listeners of every commit, in order, even where one of them throws", async () => {
    const faults: unknown[] = [];
    const book = openBook(store, (error) => void faults.push(error));
    const heard: Committed[] = [];
    const defect = new Error("the log is full");
    book.onCommit(() => {
      throw defect;
    });
    book.onCommit((committed) => void heard.push(committed));
    await book.create(create("r1", "hello"));
    const change = await book.change("r1", note("x"));
    expect(change.decision.outcome).toBe("events");
    expect(heard.flatMap(({ events }) => events)).toEqual(await store.read("r1"));
    expect(heard[0]?.outbox).toEqual([{ runId: "r1", nodeId: "plan", attempt: 1, dueAt: 1000 }]);
    expect(faults).toEqual([defect, defect]);
  });

  it("refuses to change a run that there is not", async () => {
    await expect(openBook().change("nope", note("x"))).rejects.toMatchObject({ code: "unknown-run" });
    expect(await openBook().state("nope")).toBeUndefined();
  });

  it("remembers the runs of late, and not all that there ever were", async () => {
    const { store: counted, reads } = watchReads(store);
    const book = openBook(counted);
    for (let index = 0; index < 300; index += 1) await book.create(create(`r${index}`, "hello"));
    await book.state("r299");
    await book.state("r0");
    expect(reads).toEqual([4, 0]);
  });

  it("remembers fewer runs where they are wide", async () => {
    const { store: counted, reads } = watchReads(store);
    const book = openBook(counted);
    const nodes = Array.from({ length: 1900 }, (_, index) => {
      return { id: `t${index}`, kind: "task", task: "any", inputs: {} } as const;
    });
    for (let index = 0; index < 12; index += 1) {
      const runId = `r${index}`;
      await book.create({ ...create(runId, "hello"), maxNodes: 2000 });
      await book.change(runId, { type: "start", at: now, nodeId: "plan", attempt: 1, worker: "w" });
      await book.change(runId, { type: "add-nodes", at: now, planId: "plan", attempt: 1, nodes });
    }
    await book.state("r0");
    expect(reads).toEqual([0]);
    await book.state("r11");
    expect(reads[1]).toBeGreaterThan(1900);
  });
});

describe("creating", () => {
  const idempotency = { key: "k", fingerprint: "f" };

  it("gives the first run for the same key and request, and refuses the key for another request", async () => {
    const book = openBook();
    expect(await book.create(create("r1", "hello"), idempotency)).toEqual({ runId: "r1", created: true });
    expect(await book.create(create("r2", "hello"), idempotency)).toEqual({ runId: "r1", created: false });
    const other = book.create(create("r3", "bye"), { ...idempotency, fingerprint: "g" });
    await expect(other).rejects.toMatchObject({ code: "idempotency-mismatch" });
    expect((await store.heads({})).map(({ runId }) => runId)).toEqual(["r1"]);
  });

  it("makes one run of many requests that come at once with one key", async () => {
    const [one, two] = [openBook(), openBook()];
    const made = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 ? one : two).create(create(`r${index}`, "hello"), idempotency),
      ),
    );
    expect(new Set(made.map(({ runId }) => runId)).size).toBe(1);
    expect(made.filter(({ created }) => created)).toHaveLength(1);
  });

  it.each([
    ["on one line", ["first", "  last\n\twords "], "last words"],
    ["without control characters", ["\u001B[31mred\u0007"], "[31mred"],
    ["cut", ["x".repeat(200)], "x".repeat(120)],
    ["cut between characters", ["😀".repeat(200)], "😀".repeat(120)],
    ["empty where nothing was said", [], ""],
  ])("titles the run with the last user's words, %s", async (_name, texts, title) => {
    await openBook().create(create("r1", ...texts));
    expect((await store.head("r1"))?.title).toBe(title);
  });
});

describe("a run that this build can't read", () => {
  async function spoil(runId: string): Promise<void> {
    const events = await store.read(runId);
    const head = await store.head(runId);
    const seq = events.length;
    const data = { nodeId: "plan", text: "?" };
    const alien: RunEvent = { v: 99, runId, seq: seq + 1, at: now, type: "note-added", data };
    if (head) await store.commit({ runId, expectedRevision: seq, events: [alien], outbox: [], head });
  }

  it("fails by itself, with what is wrong, and leaves the others alone", async () => {
    const book = openBook();
    await book.create(create("bad", "hello"));
    await book.create(create("good", "hello"));
    await spoil("bad");
    await expect(book.state("bad")).rejects.toMatchObject({ code: "unsupported-version" });
    await expect(book.change("bad", note("x"))).rejects.toMatchObject({ code: "unsupported-version" });
    expect((await book.change("good", note("x"))).decision.outcome).toBe("events");

    await book.giveUp("bad", "newer format");
    expect(await store.head("bad")).toMatchObject({ status: "failed", active: false, title: "hello" });
    expect((await store.heads({ active: true })).map(({ runId }) => runId)).toEqual(["good"]);
    expect(await store.outbox(1e9, 10)).toEqual([{ runId: "good", nodeId: "plan", attempt: 1, dueAt: 1000 }]);
    const { type, data } = (await store.read("bad")).at(-1) ?? {};
    expect({ type, data }).toEqual({ type: "run-finished", data: { status: "failed", reason: "newer format" } });
  });

  it("is given up once", async () => {
    const book = openBook();
    await book.create(create("bad", "hello"));
    await spoil("bad");
    await book.giveUp("bad", "newer format");
    const before = await store.read("bad");
    await book.giveUp("bad", "again");
    await book.giveUp("nope", "never there");
    expect(await store.read("bad")).toEqual(before);
  });
});
