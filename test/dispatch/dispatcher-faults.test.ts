/** Does every run end, and every place become free, when the store, the queue, the planner or the selector fails once? */
import { describe, expect, it } from "vitest";
import { RunBook } from "../../src/dispatch/run-book.ts";
import { TuttiError } from "../../src/errors.ts";
import { rankedSelector } from "../../src/select/rank-experts.ts";
import type { Job, JobQueue } from "../../src/ports/job-queue.ts";
import type { Planner } from "../../src/ports/planner.ts";
import type { RunStore } from "../../src/ports/run-store.ts";
import type { Selector } from "../../src/ports/selector.ts";
import { hangingScript, shoutScript, until, type Script } from "../fakes/scripted-experts.ts";
import { overEachGround } from "./backends.ts";
import { shouting } from "./shouting.ts";
import { mappedOver, splitNode, textNode, type ControllerOptions } from "./controller.ts";

await overEachGround((ground) => {
  const start = shouting(ground);
  const crash = new TuttiError("worker-crashed", "gone", { retryable: true });
  const signal = (): AbortSignal => AbortSignal.timeout(20_000);

  describe("places at an expert", () => {
    it("are given back by steps that a new planning withdraws before they started", async () => {
      const gate = hangingScript();
      let plannings = 0;
      const planner: Planner = {
        name: "stumbling",
        async *plan() {
          plannings += 1;
          yield { type: "node", node: textNode("t1") };
          if (plannings > 1) return;
          yield { type: "node", node: textNode("t2") };
          // Until one of them runs, and the other has a place but no worker.
          await until(() => gate.active() === 1);
          throw crash;
        },
      };
      const { runs, places } = await start(gate.script, { at: 2, concurrency: 1, planner });
      const messages = [{ role: "user" as const, content: [{ type: "text" as const, text: "do" }] }];
      const { runId } = await runs.submit({ messages, options: {} }, { tenant: "default" });
      await until(async () => (await runs.run("default", runId)).state.nodes.get("plan")?.status === "succeeded");
      await until(async () => (await places()) === 1);
      gate.release();
      const { state } = await runs.wait("default", runId, signal());
      expect(state.status).toBe("succeeded");
      expect([...state.nodes.keys()]).toEqual(["plan", "answer", "t1"]);
      await until(async () => (await places()) === 0);
    });

    it("are given back when somebody else ends the run", async () => {
      const gate = hangingScript();
      const { submit, run, store, places } = await start(
        (call) => (call.inputs["text"] === "quick" ? shoutScript(call) : gate.script(call)),
        { at: 1 },
      );
      const { runId } = await submit([textNode("slow")]);
      await until(() => gate.active() === 1);
      // Another process, whose commits this controller does not hear of.
      await new RunBook(store, Date.now).change(runId, { type: "cancel", at: Date.now(), reason: "elsewhere" });
      const { state } = await run([textNode("quick")]);
      expect(state.status).toBe("succeeded");
      await until(async () => (await places()) === 0);
      gate.release();
    });

    it("are free for others while a step waits to be tried again", async () => {
      const order: string[] = [];
      const script: Script = async (call) => {
        const text = String(call.inputs["text"]);
        order.push(text);
        if (text === "first" && order.length === 1) throw crash;
        return shoutScript(call);
      };
      const retryPolicy = { attemptsPerExpert: 2, backoffMs: 1000, maxBackoffMs: 1000 };
      const { run } = await start(script, { at: 1, retryPolicy });
      const { state } = await run([textNode("first"), textNode("second"), textNode("third")]);
      expect(state.status).toBe("succeeded");
      expect(order).toEqual(["first", "second", "third", "first"]);
    });

    it("go to the more urgent run first", async () => {
      const order: string[] = [];
      const gate = hangingScript();
      const script: Script = (call) => {
        order.push(String(call.inputs["text"]));
        return gate.script(call);
      };
      const { submit, runs, places } = await start(script, { at: 1 });
      await submit([textNode("running")]);
      await until(() => gate.active() === 1);
      const late = await submit([textNode("late")], { priority: 9 });
      await until(async () => (await places()) === 2);
      await submit([textNode("urgent")], { priority: 0 });
      await until(async () => (await places()) === 3);
      gate.release();
      await runs.wait("default", late.runId, signal());
      expect(order).toEqual(["running", "urgent", "late"]);
    });

    it("are all free, and nothing waits, after a run was canceled in the middle of many", async () => {
      const gate = hangingScript();
      const words = Array.from({ length: 200 }, (_, index) => `w${index}`);
      const { submit, runs, places, queue } = await start(gate.script, { at: 3, words });
      const { runId } = await submit([splitNode("t1"), mappedOver("t1", "t2")]);
      await until(async () => gate.active() === 3 && (await places()) === 200);
      await runs.cancel("default", runId, "enough");
      await until(async () => (await places()) === 0);
      await until(async () => (await queue.counts("cpu")).active === 0);
      expect(await queue.counts("cpu")).toMatchObject({ waiting: 0, delayed: 0, active: 0 });
    });
  });

  /** Fails the first so many calls that the condition is about. */
  function failing<A extends unknown[], R>(
    call: (...parameters: A) => Promise<R>,
    times: number,
    about: (...parameters: A) => boolean,
  ) {
    let left = times;
    return (...parameters: A): Promise<R> => {
      if (!about(...parameters) || left === 0) return call(...parameters);
      left -= 1;
      return Promise.reject(new Error("out of order"));
    };
  }

  const withFailingAdd =
    (times: number, about: (job: Job) => boolean) =>
    (queue: JobQueue): JobQueue => ({ ...queue, add: failing(queue.add, times, about) });

  describe("a fault of the moment", () => {
    it("of the queue does not lose the job, nor keep its place", async () => {
      const { run, faults, places } = await start(shoutScript, {
        at: 1,
        aroundQueue: withFailingAdd(2, (job) => job.nodeId.startsWith("t")),
      });
      const { state } = await run([textNode("t1"), textNode("t2"), textNode("t3", "t1")]);
      expect(state.status).toBe("succeeded");
      expect(faults).toHaveLength(2);
      await until(async () => (await places()) === 0);
    });

    it("is mended also where hundreds of steps wait for an expert", async () => {
      const gate = hangingScript();
      const words = Array.from({ length: 600 }, (_, index) => `w${index}`);
      const { submit, run, places } = await start(gate.script, {
        at: 1,
        words,
        aroundQueue: withFailingAdd(1, (job) => job.nodeId === "lost"),
      });
      await submit([splitNode("t1"), mappedOver("t1", "t2")]);
      await until(async () => (await places()) === 600);
      const { state } = await run([splitNode("lost")]);
      expect(state.status).toBe("succeeded");
    });

    it("of the store, when the outbox is to be cleared, leaves nothing behind", async () => {
      const aroundStore = (store: RunStore): RunStore => ({
        ...store,
        removeFromOutbox: failing(store.removeFromOutbox, 1, ([entry]) => entry?.nodeId === "t1"),
      });
      const gate = hangingScript();
      const { submit, runs, store } = await start(gate.script, { aroundStore });
      const { runId } = await submit([textNode("t1")]);
      await until(() => gate.active() === 1);
      await until(async () => (await store.outbox(Date.now(), 10)).length === 0);
      gate.release();
      const { state } = await runs.wait("default", runId, signal());
      expect(state.status).toBe("succeeded");
      expect(state.nodes.get("t1")).toMatchObject({ attempt: 1, delivery: 1 });
    });

    it("of the store, when a result is to be recorded, is no failure of the step", async () => {
      const aroundStore = (store: RunStore): RunStore => ({
        ...store,
        commit: failing(store.commit, 1, ({ events }) =>
          events.some((event) => event.type === "node-succeeded" && event.data.nodeId === "t1"),
        ),
      });
      const { run, faults } = await start(shoutScript, { aroundStore });
      const { state } = await run([textNode("t1")]);
      expect(state.status).toBe("succeeded");
      expect(state.nodes.get("t1")).toMatchObject({ attempt: 1, delivery: 2, failedAttempts: [] });
      expect(faults).toHaveLength(1);
    });

    it("of the store, when a step is to be routed, is no failure of the step", async () => {
      const aroundStore = (store: RunStore): RunStore => ({
        ...store,
        commit: failing(store.commit, 1, ({ events }) => events.some((event) => event.type === "node-routed")),
      });
      // One that may have to think, so that routing is a commit of its own.
      const selector = { select: rankedSelector.select };
      const { run } = await start(shoutScript, { aroundStore, selector });
      expect((await run([textNode("t1")])).state.status).toBe("succeeded");
    });

    it("of the store, when steps are to be added, has them planned again", async () => {
      const aroundStore = (store: RunStore): RunStore => ({
        ...store,
        // Once with all of them, and once with this one alone.
        commit: failing(store.commit, 2, ({ events }) =>
          events.some((event) => event.type === "node-added" && event.data.node.id === "t1"),
        ),
      });
      const { run } = await start(shoutScript, { aroundStore });
      const { state } = await run([textNode("t1"), textNode("t2", "t1")]);
      expect(state.status).toBe("succeeded");
      expect(state.nodes.get("plan")?.attempt).toBe(2);
    });
  });

  describe("a selector", () => {
    const selecting = (select: Selector["select"]): ControllerOptions => ({ selector: { select } });

    it("that chooses nobody, or breaks, fails the step and not the run's end", async () => {
      const nobody = await start(
        shoutScript,
        selecting(() => Promise.resolve({ experts: [], reason: "all are tired" })),
      );
      const first = await nobody.run([textNode("t1")]);
      expect(first.state.nodes.get("t1")?.error).toMatchObject({
        code: "expert-unavailable",
        message: "nobody was chosen for shout: all are tired",
      });
      const broken = await start(
        shoutScript,
        selecting(() => Promise.reject(new Error("no model"))),
      );
      const second = await broken.run([textNode("t1")]);
      expect(second.state.nodes.get("t1")?.error?.message).toBe("no model");
      expect([first.state.status, second.state.status]).toEqual(["failed", "failed"]);
    });

    it("that is interrupted by a shutdown fails nothing", async () => {
      let asked = false;
      const controller = await start(
        shoutScript,
        selecting((_node, _candidates, stop) => {
          asked = true;
          return new Promise((_resolve, reject) => stop.addEventListener("abort", () => reject(new Error("stopped"))));
        }),
      );
      const { runId } = await controller.submit([textNode("t1")]);
      await until(() => asked);
      controller.dispatcher.close();
      await new Promise((resolve) => setTimeout(resolve, 20));
      const { state } = await controller.runs.run("default", runId);
      expect(state.nodes.get("t1")).toMatchObject({ status: "ready", attempt: 1 });
    });
  });

  it("a plan can't have an expert do what is not its task", async () => {
    const { run, calls } = await start(shoutScript);
    const { state } = await run([textNode("t1", undefined, { expert: "b/split" }), textNode("t2")]);
    expect(state.status).toBe("partial");
    expect(state.nodes.get("t1")?.error).toMatchObject({
      code: "invalid-plan",
      message: "the expert b/split does split, not shout; leave it out",
    });
    expect(calls).toEqual(["a/shout"]);
  });

  it("the deadline of the oldest of very many runs is kept", async () => {
    const planner: Planner = {
      name: "slow",
      // oxlint-disable-next-line require-yield -- it is given up before it says anything
      async *plan(_input, stop) {
        await new Promise((_resolve, reject) => stop.addEventListener("abort", () => reject(new Error("stopped"))));
      },
    };
    const { book, runs } = await start(shoutScript, { planner });
    const create = (runId: string, deadlineAt: number) => {
      const request = { messages: [], options: {} };
      const at = Date.now();
      return book.create({ type: "create", at, runId, tenant: "default", request, deadlineAt, maxNodes: 9 });
    };
    await create("oldest", Date.now() + 100);
    for (let index = 0; index < 600; index += 1) await create(`r${index}`, Date.now() + 60_000);
    const { state } = await runs.wait("default", "oldest", signal());
    expect(state.status).toBe("expired");
  });
});
