/** An answer that is told while it is written: a sceptic doubts that a late or foreign writer can't get a word in. */
import { expect, test } from "vitest";
import { ANSWER_NODE } from "../../src/run/state.ts";
import { drive } from "./drive-run.ts";

const part = (text: string, from = 0, attempt = 1) =>
  ({ type: "tell", nodeId: ANSWER_NODE, attempt, from, text }) as const;

const answering = () => drive().plan({ id: "t1" }).closePlan().run("t1").start(ANSWER_NODE);

test("is recorded in order, and changes nothing else of the run", () => {
  const run = answering();
  const before = run.state;
  run.must(part("The cup "));
  run.must(part("is red.", 8));
  expect(run.events.slice(-2).map(({ type, data }) => [type, data])).toEqual([
    ["answer-part", { nodeId: ANSWER_NODE, attempt: 1, from: 0, text: "The cup " }],
    ["answer-part", { nodeId: ANSWER_NODE, attempt: 1, from: 8, text: "is red." }],
  ]);
  expect({ ...run.state, revision: 0 }).toEqual({ ...before, revision: 0 });
});

test("is taken from nobody but the attempt that is at it", () => {
  const run = answering().fail(ANSWER_NODE, { retryable: true }, 0).start(ANSWER_NODE);
  expect(run.send(part("late", 0, 1)).outcome).toBe("stale");
  expect(run.send(part("in time", 0, 2)).outcome).toBe("events");
  expect(run.answer().send(part("after the end", 0, 2)).outcome).toBe("stale");
});

test("is told by the answer's node only", () => {
  const run = drive().plan({ id: "t1" }).closePlan().start("t1");
  expect(run.send({ ...part("x"), nodeId: "t1" }).outcome).toBe("refused");
});
