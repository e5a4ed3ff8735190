/** Is a bad request refused before anything is recorded, a good one kept for good, and a run shown only to its owner? */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TuttiError } from "../../src/errors.ts";
import { createGivenPlanner } from "../../src/plan/given-plan.ts";
import type { Planner } from "../../src/ports/planner.ts";
import type { Part, RunRequest } from "../../src/run/request.ts";
import { isFinished } from "../../src/run/state.ts";
import { createRunService } from "../../src/service/run-service.ts";
import { runJob } from "../../workers/run-job.ts";
import { textNode } from "../dispatch/controller.ts";
import { scriptedCard, scriptExperts, shoutScript, textTask } from "../fakes/scripted-experts.ts";
import { openBench, putAsset, type Bench } from "../workers/bench.ts";

const experts = scriptExperts([textTask], [{ card: scriptedCard("a/shout", textTask), script: shoutScript }]);
const tenant = "default";
let bench: Bench;

beforeEach(async () => {
  bench = await openBench(experts);
});

afterEach(() => bench.close());

function service(planner: Planner = createGivenPlanner([textNode("t1")])) {
  const { book, store, assets } = bench;
  return createRunService({ book, store, assets, registry: experts.registry, planner });
}

const say = (...content: (string | Part)[]): RunRequest => ({
  messages: [
    { role: "user", content: content.map((part) => (typeof part === "string" ? { type: "text", text: part } : part)) },
  ],
  options: {},
});
const asset = (id: string, kind: "image" | "text" = "image"): Part => ({ type: "asset", asset: id, kind });
const never = new AbortController().signal;

describe("a request", () => {
  const empty: RunRequest = { messages: [], options: {} };
  const deaf: RunRequest = { messages: [{ role: "assistant", content: [{ type: "text", text: "hi" }] }], options: {} };
  it.each<[string, RunRequest, string, RegExp]>([
    ["without messages", empty, "invalid-request", /empty/],
    ["without words", say("  \n"), "invalid-request", /empty/],
    ["that no user made", deaf, "invalid-request", /empty/],
    ["that is too long", say("x".repeat(200_001)), "too-large", /send long texts as files/],
    [
      "that is too long by what was said before",
      {
        messages: [{ role: "system", content: [{ type: "text", text: "x".repeat(200_000) }] }, ...say("y").messages],
        options: {},
      },
      "too-large",
      /characters/,
    ],
    ["with an asset that is not there", say("x", asset("0".repeat(64))), "unknown-asset", /upload it/],
    ["with a plan that has a fault", { ...say("x"), plan: [textNode("t1", "t9")] }, "invalid-plan", /t1.*t9/],
  ])("%s is refused, and nothing is recorded", async (_what, request, code, says) => {
    const runs = service();
    const refusal = { code, message: expect.stringMatching(says) as string };
    await expect(runs.submit(request, { tenant })).rejects.toMatchObject(refusal);
    await expect(runs.plan(request, { tenant })).rejects.toMatchObject(refusal);
    expect(await bench.store.heads({})).toEqual([]);
  });

  it("may not pass off an asset as another kind, nor use another tenant's", async () => {
    const own = await putAsset(bench.assets, "words", { type: "text" });
    const foreign = await putAsset(bench.assets, "theirs", { type: "text" }, "other");
    const runs = service();
    await expect(runs.submit(say(asset(own.id, "image")), { tenant })).rejects.toMatchObject({
      code: "invalid-request",
    });
    await expect(runs.submit(say(asset(foreign.id, "text")), { tenant })).rejects.toMatchObject({
      code: "unknown-asset",
    });
    expect((await runs.submit(say(asset(own.id, "text")), { tenant })).status).toBe("planning");
  });

  it("becomes a durable run with a deadline, and an id that can't be guessed", async () => {
    const runs = service();
    const first = await runs.submit({ ...say("x"), options: { deadline: 5 } }, { tenant });
    const second = await runs.submit(say("x"), { tenant });
    expect(first.deadlineAt - first.createdAt).toBe(5000);
    expect(second.deadlineAt - second.createdAt).toBe(600_000);
    expect(await bench.store.head(first.runId)).toMatchObject({ active: true, title: "x" });
    for (const { runId } of [first, second]) expect(runId).toMatch(/^[A-Za-z0-9_-]{15,40}$/);
    expect(first.runId.slice(-12)).not.toBe(second.runId.slice(-12));
  });

  it("with a key is one run however often it is sent; the key is the tenant's own", async () => {
    const runs = service();
    const send = (words: string, owner = tenant) => runs.submit(say(words), { tenant: owner, idempotencyKey: "k" });
    const [first, second] = [await send("x"), await send("x")];
    expect(second.runId).toBe(first.runId);
    await expect(send("y")).rejects.toMatchObject({ code: "idempotency-mismatch" });
    expect((await send("y", "other")).runId).not.toBe(first.runId);
  });
});

describe("a plan before the run", () => {
  it("is what would be run, with its problems and notes, and starts nothing", async () => {
    const planner: Planner = {
      name: "test@1",
      async *plan() {
        yield { type: "note", text: "one of two" };
        yield { type: "node", node: textNode("t1") };
        yield { type: "node", node: { id: "t2", task: "fly", inputs: {} } };
      },
    };
    expect(await service(planner).plan(say("x"), { tenant })).toEqual({
      planner: "test@1",
      nodes: [textNode("t1"), { id: "t2", task: "fly", inputs: {} }],
      problems: [{ nodeId: "t2", code: "unknown-task", message: expect.stringContaining("fly") as string }],
      notes: ["one of two"],
    });
    expect(await bench.store.heads({})).toEqual([]);
  });

  it("passes on why none could be made", async () => {
    const puzzled: Planner = {
      name: "test@1",
      // oxlint-disable-next-line require-yield -- it gives up at once
      async *plan() {
        throw new TuttiError("not-understood", "in which language?");
      },
    };
    await expect(service(puzzled).plan(say("x"), { tenant })).rejects.toThrow("in which language?");
  });
});

describe("a run", () => {
  async function finish(runId: string): Promise<void> {
    const deps = { ...bench.deps, planner: createGivenPlanner([textNode("t1")]) };
    const job = (nodeId: string) => ({ id: nodeId, lane: "cpu" as const, runId, nodeId, attempt: 1, priority: 5 });
    await runJob(deps, job("plan"), never);
    const experts = [{ id: "a/shout", version: "1.0.0" }];
    await bench.book.change(runId, { type: "route", at: 1, nodeId: "t1", attempt: 1, experts, reason: "" });
    await runJob(deps, job("t1"), never);
    await runJob(deps, job("answer"), never);
  }

  it("is shown to its tenant, and is to others as if it were not there", async () => {
    const runs = service();
    const { runId } = await runs.submit(say("x"), { tenant });
    const unknown = { code: "unknown-run" };
    await expect(runs.run("other", runId)).rejects.toMatchObject(unknown);
    await expect(runs.cancel("other", runId, "no")).rejects.toMatchObject(unknown);
    await expect(runs.wait("other", runId, never)).rejects.toMatchObject(unknown);
    await expect(runs.events("other", runId, 0, never)[Symbol.asyncIterator]().next()).rejects.toMatchObject(unknown);
    await expect(runs.run(tenant, "nope")).rejects.toMatchObject(unknown);
    expect(await runs.runs("other", {})).toEqual([]);
    expect((await runs.runs(tenant, {})).map((head) => head.runId)).toEqual([runId]);
    expect((await runs.run(tenant, runId)).answer).toBeUndefined();
  });

  it("is waited for until it ends, and its answer is the recorded one", async () => {
    const runs = service();
    const { runId } = await runs.submit(say("x"), { tenant });
    const waiting = runs.wait(tenant, runId, never);
    await finish(runId);
    const { state, answer } = await waiting;
    expect(state.status).toBe("succeeded");
    expect(answer?.text).toBe("Shout: T1 [t1]");
    expect((await runs.wait(tenant, runId, never)).answer).toEqual(answer);
  });

  it("is waited for no longer than somebody wants to", async () => {
    const runs = service();
    const { runId } = await runs.submit(say("x"), { tenant });
    const stop = new AbortController();
    const waiting = runs.wait(tenant, runId, stop.signal);
    stop.abort();
    const { state, answer } = await waiting;
    expect(isFinished(state)).toBe(false);
    expect(answer).toBeUndefined();
  });

  it("has an answer too large for its state read back whole", async () => {
    const runs = service();
    const { runId } = await runs.submit(say("x"), { tenant });
    await bench.book.change(runId, { type: "start", at: 1, nodeId: "plan", attempt: 1, worker: "w" });
    const nodes = [{ id: "t1", kind: "task", task: "shout", inputs: {} }] as const;
    await bench.book.change(runId, { type: "add-nodes", at: 1, planId: "plan", attempt: 1, nodes });
    const done = { type: "complete", at: 1, attempt: 1, usage: {} } as const;
    await bench.book.change(runId, { ...done, nodeId: "plan", outputs: {} });
    const experts = [{ id: "a/shout", version: "1.0.0" }];
    await bench.book.change(runId, { type: "route", at: 1, nodeId: "t1", attempt: 1, experts, reason: "" });
    await bench.book.change(runId, { type: "start", at: 1, nodeId: "t1", attempt: 1, worker: "w" });
    const long = `${"😀\ud800".repeat(600)}[t1]`;
    await bench.book.change(runId, { ...done, nodeId: "t1", outputs: { text: { type: "text", value: long } } });
    const answering = { id: "a", lane: "cpu", runId, nodeId: "answer", attempt: 1, priority: 0 } as const;
    await runJob(bench.deps, answering, never);

    const { state, answer } = await runs.run(tenant, runId);
    expect(state.nodes.get("answer")?.outputs["answer"]).toMatchObject({ type: "spilled", of: "json" });
    expect(answer?.text).toBe(`Shout: ${long} [t1]`);
    const [citation] = answer?.citations ?? [];
    expect(answer?.text.slice(citation?.start, citation?.end)).toBe("[t1]");
    expect(citation?.end).toBe(answer?.text.length);
  });

  it("streams its events from where somebody left off, to its end", async () => {
    const runs = service();
    const { runId } = await runs.submit(say("x"), { tenant });
    const seen: number[] = [];
    const watching = (async () => {
      for await (const { seq } of runs.events(tenant, runId, 2, never)) seen.push(seq);
    })();
    await finish(runId);
    await watching;
    const all = await bench.store.read(runId);
    expect(seen).toEqual(all.map(({ seq }) => seq).slice(2));
    expect(all.at(-1)?.type).toBe("run-finished");
  });

  it("is canceled once, with the reason, and says how far it came", async () => {
    const runs = service();
    const { runId } = await runs.submit(say("x"), { tenant });
    expect((await runs.cancel(tenant, runId, "enough")).status).toBe("canceled");
    const again = await runs.cancel(tenant, runId, "really");
    expect(again.finishReason).toBe("enough");
    expect((await runs.run(tenant, runId)).answer?.text).toMatch(/canceled: enough\. No step had finished\./);
  });
});
