/** Does anything pile up in a controller over many runs that end in all the ways there are? */
import { readdir } from "node:fs/promises";
import { afterEach, expect, it } from "vitest";
import { TuttiError } from "../../src/errors.ts";
import { isFinished } from "../../src/run/state.ts";
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
import { overEachGround } from "./backends.ts";
import { mappedOver, splitNode, startController, textNode, type Controller } from "./controller.ts";

const RUNS = 300;
const open: Controller[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((controller) => controller.close()));
});

await overEachGround((ground) => {
  it("300 runs leave no job, no place, no outbox entry and no file behind", { timeout: 120_000 }, async () => {
    const hanging = hangingScript();
    const stumbled = new Set<string>();
    const script: Script = (call) => {
      const text = String(call.inputs["text"]);
      if (text.startsWith("bad")) throw new TuttiError("bad-input", "the text is bad");
      if (text.startsWith("hang")) return hanging.script(call);
      if (text.startsWith("flaky") && !stumbled.has(text)) {
        stumbled.add(text);
        throw new TuttiError("worker-crashed", "gone", { retryable: true });
      }
      return text.startsWith("long") ? Promise.resolve({ text: "long ".repeat(1000) }) : shoutScript(call);
    };
    const limits = { timeoutMs: 10_000, concurrency: 4, memoryMiB: 1 };
    const controller = await startController(
      scriptExperts(
        [textTask, listTask],
        [
          { card: scriptedCard("a/shout", textTask, { limits }), script },
          {
            card: scriptedCard("b/split", listTask),
            script: () => Promise.resolve({ words: ["one", "bad", "three"] }),
          },
        ],
      ),
      { ground: ground() },
    );
    open.push(controller);
    const { submit, runs, queue, store, places, deps, faults } = controller;
    const signal = AbortSignal.timeout(100_000);

    const kinds = [
      () => submit([textNode("t1"), textNode("t2", "t1")]),
      () => submit([splitNode("t1"), mappedOver("t1", "t2"), textNode("t3")]),
      () => submit([textNode("bad"), textNode("t2", "bad")]),
      (index: number) => submit([textNode(`flaky-${index}`), textNode("t2")]),
      () => submit([textNode("long"), textNode("t2", "long", { when: contains("long", "nothing") })]),
      async () => {
        const state = await submit([textNode("hang-1"), textNode("hang-2"), textNode("t3", "hang-1")]);
        await runs.cancel("default", state.runId, "enough");
        return state;
      },
      () => submit([textNode("hang")], { deadline: 0.2 }),
    ];
    const ends = await Promise.all(
      Array.from({ length: RUNS }, async (_, index) => {
        const { runId } = (await kinds[index % kinds.length]?.(index)) ?? { runId: "" };
        return (await runs.wait("default", runId, signal)).state;
      }),
    );

    const counts = Object.groupBy(ends, ({ status }) => status);
    expect(Object.keys(counts).toSorted()).toEqual(["canceled", "expired", "failed", "partial", "succeeded"]);
    expect(counts.succeeded?.length).toBeGreaterThan(100);
    const heads = await store.heads({ limit: 2 * RUNS });
    expect(heads).toHaveLength(RUNS);
    expect(heads.filter((head) => head.active || !isFinished(head))).toEqual([]);

    const idle = { waiting: 0, delayed: 0, active: 0 };
    for (const lane of ["control", "cpu"] as const) {
      await until(async () => (await queue.counts(lane)).active === 0);
      expect(await queue.counts(lane)).toMatchObject(idle);
    }
    expect(hanging.active()).toBe(0);
    await until(async () => (await places()) === 0);
    await until(async () => (await store.outbox(Infinity, 10)).length === 0);
    expect(await readdir(deps.scratchRoot)).toEqual([]);
    expect(faults).toEqual([]);
  });
});

function contains(from: string, value: string) {
  return { from, output: "text", op: "contains", value } as const;
}
