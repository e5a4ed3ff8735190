/** Does a run that was cut short say how far it came, and no more? */
import { expect, it } from "vitest";
import { answerSchema } from "../../src/fuse/answer.ts";
import { deriveAnswer } from "../../src/fuse/derive-answer.ts";
import { drive, text, type PlannedNode } from "../run/drive-run.ts";
import { photo } from "./tasks.ts";

const node = (id: string): PlannedNode => ({ id, task: "shout" });

it("says that it was ended, by what, and which steps had finished, with the files that they made", () => {
  const run = drive().plan(node("t1"), node("t2"), node("t3")).closePlan();
  run.run("t1", { image: { type: "image", asset: photo, name: "a.png" } }).start("t2");
  run.must({ type: "cancel", reason: "changed my mind" });
  const answer = deriveAnswer(run.state);
  expect(answer.text).toBe(
    "The run ended as canceled: changed my mind. 1 of 3 steps had finished: shout (t1); their results are in the run's nodes.",
  );
  expect(answer.assets).toEqual([{ asset: photo, type: "image", name: "a.png", node: "t1", output: "image" }]);
  expect(answerSchema.parse(answer)).toEqual(answer);
});

it("says so where no step had finished, and counts a mapped step as one", () => {
  const each: PlannedNode = {
    id: "t1",
    task: "shout",
    inputs: { text: { item: true } },
    each: { over: { list: [{ value: text("a") }, { value: text("b") }] } },
  };
  const run = drive({ deadlineAt: 5000 })
    .plan(each)
    .closePlan()
    .run("t1__0", { text: text("A") });
  run.now = 9000;
  run.must({ type: "expire" });
  expect(deriveAnswer(run.state).text).toMatch(/^The run ended as expired: .*\. No step had finished\.$/);
});
