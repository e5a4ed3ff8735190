/** Is an expert blamed only for what is its own fault, and praised only for what it did? */
import { expect, it } from "vitest";
import type { NodeError } from "../../src/run/events.ts";
import { outcomeOf } from "../../workers/call-outcome.ts";
import { DETECTOR, drive, SECOND_DETECTOR } from "../run/drive-run.ts";

const nodeOf = (failures: number) => {
  const run = drive().plan({ id: "t1" }).start("t1");
  for (let count = 0; count < failures; count += 1) run.fail("t1", {}, 1).start("t1");
  const node = run.state.nodes.get("t1");
  if (!node) throw new Error("no node t1");
  return node;
};
const error = (code: string): { readonly error: NodeError } => ({ error: { code, message: "m", retryable: false } });

it("praises whoever did it, with its times", () => {
  const usage = { runMs: 12, queueMs: 3, cost: 0.01, loadMs: 900 };
  expect(outcomeOf(nodeOf(0), { usage }, 7)).toEqual({
    expert: DETECTOR.id,
    version: DETECTOR.version,
    at: 7,
    ok: true,
    runMs: 12,
    queueMs: 3,
    cost: 0.01,
  });
});

it("names the expert of the attempt, not the first of the list", () => {
  expect(outcomeOf(nodeOf(1), { usage: {} }, 7)).toMatchObject({ expert: SECOND_DETECTOR.id });
});

it("says nothing of a result that was taken from the records", () => {
  expect(outcomeOf(nodeOf(0), { usage: { reused: true } }, 7)).toBeUndefined();
});

it.each(["expert-failed", "expert-unavailable", "worker-crashed", "timeout"])("blames the expert for %s", (code) => {
  expect(outcomeOf(nodeOf(0), error(code), 7)).toMatchObject({ ok: false, error: { code, message: "m" } });
});

it.each(["bad-input", "canceled", "unknown-asset", "internal"])("does not blame it for %s", (code) => {
  expect(outcomeOf(nodeOf(0), error(code), 7)).toBeUndefined();
});
