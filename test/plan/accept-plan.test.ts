/** Does anything unsound get past the checks while a plan is being written, or anything sound get stuck in them? */
import { expect, it } from "vitest";
import { TuttiError } from "../../src/errors.ts";
import { acceptPlan, type AcceptedItem } from "../../src/plan/accept-plan.ts";
import type { PlanInput, PlanItem, Planner } from "../../src/ports/planner.ts";
import { listTask, textTask } from "../fakes/scripted-experts.ts";
import { textNode } from "../dispatch/controller.ts";

const input: PlanInput = {
  text: "do",
  history: [],
  assets: [],
  tasks: [textTask, listTask],
  frozen: [],
  maxNodes: 4,
};

const planner = (plan: Planner["plan"]): Planner => ({ name: "test", plan });
const saying = (...items: PlanItem[]): Planner =>
  planner(async function* () {
    yield* items;
  });
const node = (id: string, from?: string): PlanItem => ({ type: "node", node: textNode(id, from) });

async function accept(from: Planner, changes: Partial<PlanInput> = {}, signal = new AbortController().signal) {
  const items: AcceptedItem[] = [];
  for await (const item of acceptPlan(from, { ...input, ...changes }, signal)) items.push(item);
  return items;
}

const told = (items: readonly AcceptedItem[]): string[] =>
  items.map((item) => {
    if ("node" in item) return `${item.type} ${item.node.id}`;
    return item.type === "usage" ? "usage" : item.text;
  });

it("lets sound nodes and notes through, in their order", async () => {
  const items = await accept(saying(node("t1"), { type: "note", text: "and then" }, node("t2", "t1")));
  expect(told(items)).toEqual(["node t1", "and then", "node t2"]);
});

it("gives each node before the next one is written", async () => {
  const course: string[] = [];
  const slow = planner(async function* () {
    for (const id of ["t1", "t2"]) {
      course.push(`${id} written`);
      yield node(id);
    }
  });
  for await (const item of acceptPlan(slow, input, new AbortController().signal)) course.push(...told([item]));
  expect(course).toEqual(["t1 written", "node t1", "t2 written", "node t2"]);
});

it("refuses what is unsound, what hangs on that, and what is there already; the rest goes on", async () => {
  const unknown: PlanItem = { type: "node", node: { id: "t2", task: "fly", inputs: {} } };
  const items = await accept(saying(node("t1"), unknown, node("t3", "t2"), node("t1"), node("t4", "t1")));
  expect(told(items)).toEqual(["node t1", "refused t2", "refused t3", "refused t1", "node t4"]);
  const problems = items.flatMap((item) => (item.type === "refused" ? item.problems.map(({ code }) => code) : []));
  expect(problems).toEqual(["unknown-task", "unknown-node", "duplicate-id"]);
});

it("refuses a node that points ahead: it would start before what it needs is there", async () => {
  expect(told(await accept(saying(node("t2", "t1"), node("t1"))))).toEqual(["refused t2", "node t1"]);
});

it("takes what an interrupted planning has left as given, and passes over its repetition", async () => {
  const frozen = [textNode("t1")];
  expect(told(await accept(saying(node("t1"), node("t2", "t1")), { frozen }))).toEqual(["node t2"]);
  const other: PlanItem = {
    type: "node",
    node: { id: "t1", task: "split", inputs: { text: { value: { type: "text", value: "x" } } } },
  };
  expect(told(await accept(saying(other), { frozen }))).toEqual(["refused t1"]);
});

it("stops reading a plan that is too long", async () => {
  let written = 0;
  const endless = planner(async function* () {
    for (;;) {
      written += 1;
      yield node(`t${written}`);
    }
  });
  const items = await accept(endless);
  expect(told(items)).toEqual(["node t1", "node t2", "node t3", "node t4", "refused t5"]);
  expect(written).toBe(5);
});

it("tells at the end which files nothing is done with, unless they belong to what was said before", async () => {
  const file = (digit: string, name?: string) => {
    return { handle: `image-${digit}`, asset: digit.repeat(64), type: "image", name } as const;
  };
  const photoTask = { ...textTask, id: "look", inputs: { image: { type: "image", description: "" } } } as const;
  const look: PlanItem = {
    type: "node",
    node: { id: "t1", task: "look", inputs: { image: { asset: "1".repeat(64) } } },
  };
  const given = { tasks: [photoTask], assets: [file("1", "a.png"), file("2", "b.png"), file("3")] };
  expect(told(await accept(saying(look), given))).toEqual(["node t1", "No step uses b.png, image-3."]);
  expect(told(await accept(saying(), given))).toEqual([]);
  const history = [{ role: "user", text: "three files" }] as const;
  expect(told(await accept(saying(look), { ...given, history }))).toEqual(["node t1"]);
  expect(told(await accept(saying(look), { ...given, history, text: "and b.png?" }))).toEqual([
    "node t1",
    "No step uses b.png.",
  ]);
});

it("stops when it is told to, and ends as the planner ends", async () => {
  const stop = new AbortController();
  const reason = new Error("enough");
  const planning = accept(
    planner(async function* () {
      yield node("t1");
      stop.abort(reason);
      yield node("t2");
    }),
    {},
    stop.signal,
  );
  await expect(planning).rejects.toBe(reason);
  const puzzled = new TuttiError("not-understood", "do what?");
  await expect(
    accept(
      // oxlint-disable-next-line require-yield -- it gives up at once
      planner(async function* () {
        throw puzzled;
      }),
    ),
  ).rejects.toBe(puzzled);
});
