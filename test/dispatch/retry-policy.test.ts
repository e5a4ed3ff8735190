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

  it.each(["timeout", "expert-unavailable"])("goes to the next expert at once after %s, if there is one", (code) => {
    const error: NodeError = { code, message: "no answer", retryable: true };
    expect(nextAttempt(nodeWith([]), error, 1000, policy)).toEqual({ expertIndex: 1, notBefore: 1000 });
    const last = nextAttempt(nodeWith([error], 1), error, 1000, policy);
    expect(last).toEqual({ expertIndex: 1, notBefore: 1100 });
  });

  it("does not try an expert twice that fails for everybody", () => {
    const isFailing = ({ id }: { readonly id: string }) => id === "x/first";
    const next = nextAttempt(nodeWith([]), crash, 1000, policy, { isFailing });
    expect(next).toEqual({ expertIndex: 1, notBefore: 1000 });
    expect(nextAttempt(nodeWith([], 1), crash, 1000, policy, { isFailing: () => true })).toEqual({
      expertIndex: 1,
      notBefore: 1100,
    });
  });

  it("counts the tries of each version of an expert by themselves", () => {
    const node = nodeWith([crash, crash, crash], 1);
    const versions = { ...node, experts: [first, { ...first, version: "2" }] };
    expect(nextAttempt(versions, crash, 1000, policy)).toEqual({ expertIndex: 1, notBefore: 1100 });
  });

  it("waits as long as the expert wants, where that is not too long; else it is the next one's turn", () => {
    const busy = { ...crash, code: "expert-failed" };
    const patient = { ...policy, maxBackoffMs: 5000 };
    expect(nextAttempt(nodeWith([]), busy, 0, patient, { retryAfterMs: 4000 })).toEqual({
      expertIndex: 0,
      notBefore: 4000,
    });
    expect(nextAttempt(nodeWith([]), busy, 0, patient, { retryAfterMs: 6000 })).toEqual({
      expertIndex: 1,
      notBefore: 0,
    });
  });

  it("does nothing twice that has effects outside, unless it was never reached", () => {
    const node = nodeWith([]);
    const outside: NodeState = { ...node, spec: { ...node.spec, effects: "external" } };
    expect(nextAttempt(outside, crash, 0, policy)).toBeUndefined();
    const away: NodeError = { code: "expert-unavailable", message: "away", retryable: true };
    expect(nextAttempt(outside, away, 0, policy)).toEqual({ expertIndex: 1, notBefore: 0 });
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
