/** Is a broken expert tried again, left for the next one, and given up at the right moment? */
import { describe, expect, it } from "vitest";
import { nextAttempt } from "../../src/dispatch/retry-policy.ts";
import type { NodeError } from "../../src/run/events.ts";
import type { NodeState } from "../../src/run/state.ts";

const policy = { attemptsPerExpert: 3, backoffMs: 100, maxBackoffMs: 150 };
const crash: NodeError = { code: "worker-crashed", message: "gone", retryable: true };
const defect: NodeError = { code: "expert-failed", message: "broken", retryable: false };
const first = { id: "x/first", version: "1" };
const second = { id: "x/second", version: "1" };

function nodeWith(failures: readonly NodeError[], expertIndex = 0): NodeState {
  const experts = [first, second];
  return {
    spec: { id: "t1", kind: "task", task: "some-task", inputs: {} },
    status: "running",
    attempt: failures.length + 1,
    delivery: 1,
    experts,
    expertIndex,
    expert: experts[expertIndex],
    outputs: {},
    usage: {},
    failedAttempts: failures.map((error, index) => ({ attempt: index + 1, error, expert: first })),
    addedAt: 0,
  };
}

describe("retry policy", () => {
  it("tries a retryable fault again with the same expert, later each time, up to a bound", () => {
    expect(nextAttempt(nodeWith([]), crash, 1000, policy)).toEqual({ expertIndex: 0, notBefore: 1100 });
    expect(nextAttempt(nodeWith([crash]), crash, 1000, policy)).toEqual({ expertIndex: 0, notBefore: 1150 });
  });

  it("goes to the next expert when the first one's tries are used up, at once", () => {
    expect(nextAttempt(nodeWith([crash, crash]), crash, 1000, policy)).toEqual({ expertIndex: 1, notBefore: 1000 });
  });

  it("goes to the next expert at once for a fault that a repetition would not heal", () => {
    expect(nextAttempt(nodeWith([]), defect, 1000, policy)).toEqual({ expertIndex: 1, notBefore: 1000 });
  });

  it("gives up when the last expert fails", () => {
    expect(nextAttempt(nodeWith([defect], 1), defect, 1000, policy)).toBeUndefined();
  });

  it("gives the second expert tries of its own", () => {
    expect(nextAttempt(nodeWith([crash, crash, crash], 1), crash, 0, policy)).toEqual({
      expertIndex: 1,
      notBefore: 100,
    });
  });

  it("gives up at once where the input is at fault: every expert would refuse it", () => {
    const refusal: NodeError = { code: "bad-input", message: "truncated", retryable: false };
    expect(nextAttempt(nodeWith([]), refusal, 0, policy)).toBeUndefined();
  });
});
