/** Does a plan go into the run as it comes, only its sound nodes, and only by the planning that is the current one? */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TuttiError } from "../../src/errors.ts";
import type { Planner } from "../../src/ports/planner.ts";
import type { PlanNode } from "../../src/run/plan-node.ts";
import { createGivenPlanner } from "../../src/plan/given-plan.ts";
import { runPlan } from "../../workers/run-plan.ts";
import { textNode } from "../dispatch/controller.ts";
import { listTask, scriptedCard, scriptExperts, shoutScript, textTask, until } from "../fakes/scripted-experts.ts";
import { openBench, type Bench } from "./bench.ts";

let bench: Bench;

const mailTask = { ...textTask, id: "mail" };
const experts = scriptExperts(
  [textTask, listTask, mailTask],
  [
    { card: scriptedCard("a/shout", textTask), script: shoutScript },
    { card: scriptedCard("a/mail", mailTask, { effects: "external" }), script: shoutScript },
  ],
);

beforeEach(async () => {
  bench = await openBench(experts);
});

afterEach(() => bench.close());

const never = new AbortController().signal;

async function plan(planner: Planner, signal = never) {
  const { state, node } = await bench.claim("plan");
  return runPlan({ ...bench.deps, planner }, state, node, signal);
}

const planned = async (): Promise<string[]> => {
  const ids = [...((await bench.book.state("r1"))?.nodes.keys() ?? [])];
  return ids.filter((id) => id !== "plan" && id !== "answer");
};

const notes = async () => (await bench.book.state("r1"))?.notes.map(({ text }) => text);

const unknown: PlanNode = { id: "t2", task: "fly", inputs: {} };

it("commits every node while the planner has not said the next one", async () => {
  await bench.create();
  const seen: string[][] = [];
  const see = async (count: number): Promise<void> => {
    await until(async () => (await planned()).length === count);
    seen.push(await planned());
  };
  const outcome = await plan({
    name: "slow@1",
    async *plan() {
      yield { type: "note", text: "two steps" };
      yield { type: "node", node: textNode("t1") };
      await see(1);
      yield { type: "node", node: textNode("t2", "t1") };
      await see(2);
    },
  });
  expect(seen).toEqual([["t1"], ["t1", "t2"]]);
  expect((await bench.nodeOf("t1")).status).toBe("ready");
  expect((await bench.nodeOf("t2")).spec).toMatchObject({
    kind: "task",
    plannedBy: "plan",
    outputTypes: { text: "text" },
  });
  expect(await notes()).toEqual(["two steps"]);
  expect(outcome.outputs).toEqual({
    planner: { type: "text", value: "slow@1" },
    catalogue: { type: "text", value: experts.registry.hash },
  });
});

it("marks steps that have effects outside", async () => {
  await bench.create({ options: { effects: "external" } });
  await plan(createGivenPlanner([textNode("t1", undefined, { task: "mail" }), textNode("t2")]));
  expect((await bench.nodeOf("t1")).spec.effects).toBe("external");
  expect((await bench.nodeOf("t2")).spec.effects).toBeUndefined();
});

it("prefers the plan that the request brings", async () => {
  await bench.create({ plan: [textNode("given")] });
  const { outputs } = await plan(createGivenPlanner([textNode("own")]));
  expect(outputs["planner"]).toEqual({ type: "text", value: "given@1" });
  expect(await planned()).toEqual(["given"]);
});

describe("a plan with faults", () => {
  it("keeps the sound nodes, notes what was refused, and says so as its own failure", async () => {
    await bench.create();
    const nodes = [textNode("t1"), unknown, textNode("t3", "t2"), textNode("t4")];
    await expect(plan(createGivenPlanner(nodes))).rejects.toMatchObject({
      code: "invalid-plan",
      message: expect.stringMatching(/^the plan had 2 problems.*node t2.*`fly`.*node t3.*t2/) as string,
    });
    expect(await planned()).toEqual(["t1", "t4"]);
    expect(await notes()).toMatchObject(
      [/^refused: node t2/, /^refused: node t3/].map((says) => expect.stringMatching(says)),
    );
  });

  it("counts one problem as one", async () => {
    await bench.create();
    await expect(plan(createGivenPlanner([unknown]))).rejects.toThrow(/^the plan had a problem, and /);
  });

  it("without end is not read to its end", async () => {
    await bench.create();
    let said = 0;
    const endless: Planner = {
      name: "endless",
      async *plan() {
        for (;;) {
          said += 1;
          yield { type: "node", node: textNode(`t${said}`) };
        }
      },
    };
    await expect(plan(endless)).rejects.toMatchObject({ code: "invalid-plan" });
    expect(said).toBeLessThan(100);
    expect(await planned()).toHaveLength(said - 1);
  });

  it("that has more nodes than the run may have keeps those that fit", async () => {
    await bench.create({}, 4);
    await expect(plan(createGivenPlanner([1, 2, 3].map((index) => textNode(`t${index}`))))).rejects.toMatchObject({
      code: "invalid-plan",
      message: expect.stringContaining("at most 4 nodes") as string,
    });
    expect(await planned()).toEqual(["t1", "t2"]);
  });
});

it("says what to do where nothing could be made of the request", async () => {
  await bench.create();
  await expect(plan(createGivenPlanner([]))).rejects.toMatchObject({ code: "not-understood" });
  await expect(
    runPlan(
      {
        ...bench.deps,
        planner: {
          name: "x",
          // oxlint-disable-next-line require-yield -- it gives up at once
          async *plan() {
            throw new TuttiError("not-understood", "in which language?");
          },
        },
      },
      (await bench.claim("plan")).state,
      await bench.nodeOf("plan"),
      never,
    ),
  ).rejects.toThrow("in which language?");
});

it("stops when it is told to, with the reason that it is given", async () => {
  await bench.create();
  const stop = new AbortController();
  const reason = new TuttiError("shutting-down", "later");
  const planner: Planner = {
    name: "x",
    async *plan() {
      yield { type: "node", node: textNode("t1") };
      stop.abort(reason);
      yield { type: "node", node: textNode("t2") };
    },
  };
  await expect(plan(planner, stop.signal)).rejects.toBe(reason);
  expect(await planned()).toEqual(["t1"]);
});

describe("a planning that begins anew", () => {
  /** The first planning made t1, which is done, and t2, which never began; then its worker was lost. */
  async function interrupted(): Promise<void> {
    await bench.create();
    await plan(createGivenPlanner([textNode("t1"), textNode("t2")]));
    await bench.route("t1", "a/shout");
    await bench.claim("t1");
    const outputs = { text: { type: "text", value: "T1" } } as const;
    await bench.book.change("r1", { type: "complete", at: 1, nodeId: "t1", attempt: 1, outputs, usage: {} });
  }

  it("leaves what is done as it is, and may go another way with the rest", async () => {
    await interrupted();
    // The redelivery of the planning job ends the first attempt; the second one is claimed by `plan`.
    await bench.claim("plan");
    expect((await bench.nodeOf("plan")).attempt).toBe(2);
    const other = textNode("t1", undefined, { inputs: { text: { value: { type: "text", value: "other" } } } });
    await plan(createGivenPlanner([other, textNode("t3", "t1")]));
    expect(await planned()).toEqual(["t1", "t3"]);
    expect((await bench.nodeOf("t1")).outputs["text"]).toEqual({ type: "text", value: "T1" });
    expect((await bench.nodeOf("t3")).status).toBe("ready");
  });

  it("leaves the old one no say", async () => {
    await bench.create();
    const first = await bench.claim("plan");
    await bench.claim("plan");
    await bench.claim("plan");
    const late = runPlan(
      { ...bench.deps, planner: createGivenPlanner([textNode("t9")]) },
      first.state,
      first.node,
      never,
    );
    await expect(late).rejects.toMatchObject({ code: "canceled" });
    expect(await planned()).toEqual([]);
  });

  it("is content with what an earlier one has made, where there is no more to do", async () => {
    await interrupted();
    await bench.claim("plan");
    const { outputs } = await plan(createGivenPlanner([]));
    expect(outputs["planner"]).toEqual({ type: "text", value: "given@1" });
  });
});
