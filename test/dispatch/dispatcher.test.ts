/** Does the controller keep its promises when experts are slow, broken, absent, or not wanted any more? */
import { afterEach, describe, expect, it } from "vitest";
import { TuttiError } from "../../src/errors.ts";
import type { ExpertCard } from "../../src/registry/expert-card.ts";
import {
  hangingScript,
  listTask,
  scriptedCard,
  scriptExperts,
  shoutScript,
  textTask,
  until,
  type Script,
} from "../fakes/scripted-experts.ts";
import { verifies } from "../e2e/requirements.ts";
import { overEachGround } from "./backends.ts";
import { startController, textNode, type Controller } from "./controller.ts";

await overEachGround((ground) => {
  const open: Controller[] = [];

  afterEach(async () => {
    await Promise.all(open.splice(0).map((controller) => controller.close()));
  });

  async function controllerWith(...experts: { card: ExpertCard; script: Script }[]) {
    const scripted = scriptExperts([textTask, listTask], experts);
    const controller = await startController(scripted, { ground: ground() });
    open.push(controller);
    return { ...scripted, ...controller };
  }

  const fail =
    (error: TuttiError): Script =>
    () =>
      Promise.reject(error);

  describe("dispatcher", () => {
    it("passes data along and answers with the results", async () => {
      const { run } = await controllerWith({ card: scriptedCard("a/shout", textTask), script: shoutScript });
      const { state, answer } = await run([textNode("t1"), textNode("t2", "t1")]);
      expect(state.status).toBe("succeeded");
      expect(state.nodes.get("t2")?.outputs["text"]).toEqual({ type: "text", value: "T1" });
      expect(answer?.text).toContain("T1 [t2]");
    });

    it(verifies("dispatch:parallel"), async () => {
      const gate = hangingScript();
      const { submit, runs } = await controllerWith({ card: scriptedCard("a/shout", textTask), script: gate.script });
      const { runId } = await submit([textNode("t1"), textNode("t2"), textNode("t3")]);
      await until(() => gate.active() === 3);
      gate.release();
      const { state } = await runs.wait("default", runId, AbortSignal.timeout(10_000));
      expect(state.status).toBe("succeeded");
    });

    it("a slow expert takes no more places than its card says, and another one's steps go on", async () => {
      const slow = hangingScript();
      const { submit, runs } = await controllerWith(
        {
          card: scriptedCard("a/slow", textTask, { limits: { timeoutMs: 9000, concurrency: 2, memoryMiB: 1 } }),
          script: slow.script,
        },
        { card: scriptedCard("b/split", listTask), script: () => Promise.resolve({ words: ["x"] }) },
      );
      const many = Array.from({ length: 40 }, (_, index) => textNode(`s${index}`));
      const value = { type: "text", value: "a b" } as const;
      const { runId } = await submit([...many, { id: "other", task: "split", inputs: { text: { value } } }]);
      await until(async () => (await runs.run("default", runId)).state.nodes.get("other")?.status === "succeeded");
      expect(slow.active()).toBe(2);
      slow.release();
      const { state } = await runs.wait("default", runId, AbortSignal.timeout(10_000));
      expect(state.status).toBe("succeeded");
      expect(slow.most()).toBe(2);
    });

    it(verifies("dispatch:partial", "answer:honest"), async () => {
      const { run } = await controllerWith({
        card: scriptedCard("a/shout", textTask),
        script: async (call) => {
          if (call.inputs["text"] === "bad") throw new TuttiError("bad-input", "the text is bad");
          return shoutScript(call);
        },
      });
      const bad = { text: { value: { type: "text", value: "bad" } as const } };
      const { state, answer } = await run([
        textNode("good"),
        textNode("broken", undefined, { inputs: bad }),
        textNode("dependent", "broken"),
        textNode("later", "good", { after: ["broken"] }),
      ]);
      expect(state.status).toBe("partial");
      expect(state.nodes.get("broken")?.error).toMatchObject({ code: "bad-input", message: "the text is bad" });
      expect(state.nodes.get("dependent")?.skip).toEqual({
        cause: "upstream",
        reason: "needs broken.text: the text is bad",
      });
      expect(state.nodes.get("later")?.status).toBe("succeeded");
      expect(answer?.text).toContain("Not done:");
      expect(answer?.text).toContain("the text is bad [broken]");
    });

    it(verifies("dispatch:failover"), async () => {
      const { run, calls } = await controllerWith(
        {
          card: scriptedCard("a/broken", textTask, { merit: 0.9 }),
          script: fail(new TuttiError("worker-crashed", "died", { retryable: true })),
        },
        { card: scriptedCard("b/sound", textTask, { merit: 0.4 }), script: shoutScript },
      );
      const { state } = await run([textNode("t1")]);
      expect(state.status).toBe("succeeded");
      expect(calls).toEqual(["a/broken", "a/broken", "b/sound"]);
      const node = state.nodes.get("t1");
      expect(node?.expert?.id).toBe("b/sound");
      expect(node?.failedAttempts.map(({ expert, error }) => [expert?.id, error.code])).toEqual([
        ["a/broken", "worker-crashed"],
        ["a/broken", "worker-crashed"],
      ]);
    });

    it(verifies("dispatch:cancel"), async () => {
      const gate = hangingScript();
      const { submit, runs, queue } = await controllerWith({
        card: scriptedCard("a/shout", textTask),
        script: gate.script,
      });
      const { runId } = await submit([textNode("t1"), textNode("t2", "t1")]);
      await until(() => gate.active() === 1);
      const state = await runs.cancel("default", runId, "changed my mind");
      expect(state.status).toBe("canceled");
      expect([...state.nodes.values()].map(({ spec, status }) => [spec.id, status])).toEqual([
        ["plan", "succeeded"],
        ["answer", "canceled"],
        ["t1", "canceled"],
        ["t2", "canceled"],
      ]);
      await until(() => gate.active() === 0);
      const { answer } = await runs.run("default", runId);
      expect(answer?.text).toContain("canceled: changed my mind");
      expect(await queue.counts("cpu")).toMatchObject({ waiting: 0, delayed: 0 });
    });

    it(verifies("dispatch:deadline"), async () => {
      const gate = hangingScript();
      const { run } = await controllerWith({ card: scriptedCard("a/shout", textTask), script: gate.script });
      const { state } = await run([textNode("t1")], { deadline: 0.3 });
      expect(state.status).toBe("expired");
      await until(() => gate.active() === 0);
    });

    it("a step that nobody can do fails with the way to get somebody, and the rest goes on", async () => {
      const { run } = await controllerWith({ card: scriptedCard("a/shout", textTask), script: shoutScript });
      const value = { type: "text", value: "a b" } as const;
      const { state, answer } = await run([textNode("t1"), { id: "t2", task: "split", inputs: { text: { value } } }]);
      expect(state.status).toBe("partial");
      expect(state.nodes.get("t2")?.error).toEqual({
        code: "expert-unavailable",
        message: "no expert for split is registered",
        retryable: false,
      });
      expect(answer?.text).toContain("no expert for split is registered");
    });

    it("maps over a list whose width is only known at run time, and tells which items failed", async () => {
      const words = ["one", "two", "bad", "four"];
      const { run } = await controllerWith(
        { card: scriptedCard("b/split", listTask), script: () => Promise.resolve({ words }) },
        {
          card: scriptedCard("a/shout", textTask),
          script: async (call) => {
            if (call.inputs["text"] === "bad") throw new TuttiError("bad-input", "refused");
            return shoutScript(call);
          },
        },
      );
      const value = { type: "text", value: "x" } as const;
      const { state, answer } = await run([
        { id: "t1", task: "split", inputs: { text: { value } } },
        { id: "t2", task: "shout", inputs: { text: { item: true } }, each: { over: { from: "t1", output: "words" } } },
      ]);
      expect(state.status).toBe("partial");
      expect(state.nodes.get("t2")).toMatchObject({ status: "succeeded", width: 4 });
      expect(answer?.text).toContain("ONE [t2__0]");
      expect(answer?.text).toContain("refused [t2__2]");
    });

    it("values too large for the state travel as assets, also through conditions and templates", async () => {
      const long = "needle ".repeat(2000);
      const { run } = await controllerWith({
        card: scriptedCard("a/shout", textTask),
        script: ({ inputs }) => Promise.resolve({ text: inputs["text"] === "t1" ? long : String(inputs["text"]) }),
      });
      const { state } = await run([
        textNode("t1"),
        textNode("t2", "t1", { when: { from: "t1", output: "text", op: "contains", value: "NEEDLE" } }),
        textNode("t3", "t1", { when: { from: "t1", output: "text", op: "contains", value: "haystack" } }),
        { id: "t4", task: "shout", inputs: { text: { template: ["<", { from: "t2", output: "text" }, ">"] } } },
      ]);
      expect(state.status).toBe("succeeded");
      expect(state.nodes.get("t1")?.outputs["text"]).toMatchObject({ type: "spilled", of: "text", bytes: long.length });
      expect(state.nodes.get("t4")?.outputs["text"]).toMatchObject({ type: "spilled", bytes: long.length + 2 });
      expect(state.nodes.get("t3")?.skip?.cause).toBe("condition");
    });

    it("an expert that does not give what its task promises has failed", async () => {
      const { run } = await controllerWith({
        card: scriptedCard("a/shout", textTask),
        script: () => Promise.resolve({ text: 42 }),
      });
      const { state } = await run([textNode("t1")]);
      expect(state.status).toBe("failed");
      expect(state.nodes.get("t1")?.error?.message).toMatch(/^output text of shout is not what the task promises/);
    });
  });
});
