// A sceptic doubts that what a model merely says is kept apart from what it plans, and that its price is told.
import { expect, it } from "vitest";
import { collect } from "../../collect.ts";
import { openPlanner, plan, step } from "./plan-session.ts";

const read = step("t1", "optical-character-recognition", { image: "<image-1>" });
const speak = step("t2", "text-to-speech", { text: "<t1.text>" });
const whole = { steps: [read, speak], reply: "" };

it("gives an answer without a plan as a reply, and as nothing else", async () => {
  const { replies, nodes, events } = await plan({ answers: [{ steps: [], reply: "Hello! What shall I do?" }] });
  expect({ replies, nodes }).toEqual({ replies: ["Hello! What shall I do?"], nodes: [] });
  expect(events).toContainEqual({ type: "reply", text: "Hello! What shall I do?" });
});

it("fails where the model says that it can't be done", async () => {
  const answers = [{ steps: [], cannot: "I can't book tables.", reply: "" }];
  await expect(plan({ answers })).rejects.toMatchObject({
    code: "not-understood",
    message: "No step was planned. The language model says: I can't book tables.",
  });
});

const mistaken = step("t2", "text-to-speech", { text: "<image-1>" });

it("tells what its calls took, repairs included", async () => {
  const { planner, input } = openPlanner({
    answers: [{ steps: [read, mistaken] }, { steps: [speak] }],
  });
  const items = await collect(planner.plan(input, new AbortController().signal));
  const usages = items.flatMap((item) => (item.type === "usage" ? [item.usage] : []));
  expect(usages).toHaveLength(2);
  for (const usage of usages) expect(usage.inputTokens).toBeGreaterThan(100);
});

it("says of every node who wrote it", async () => {
  const { planner, input } = openPlanner({ answers: [{ steps: [read, mistaken] }, { steps: [speak] }] });
  const items = await collect(planner.plan(input, new AbortController().signal));
  expect(items.flatMap((item) => (item.type === "node" ? [item.by] : []))).toEqual(["model", "repair"]);
});

it.each(["cannot", "reply"])("says how to get what can't be done, told as %s", async (key) => {
  const answers = [{ steps: [], [key]: "I can't do text-to-image now." }];
  await expect(plan({ answers })).rejects.toThrow("text-to-image: No expert does it.");
});

it.each(["cannot", "reply"])("tells what the model says beside a plan as %s", async (key) => {
  const { replies, nodes } = await plan({ answers: [{ ...whole, [key]: "I can't send mail." }] });
  expect(nodes).toHaveLength(2);
  expect(replies).toEqual(["I can't send mail."]);
});
