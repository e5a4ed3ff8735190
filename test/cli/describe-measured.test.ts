/** Does a line about an expert's calls say what matters, and can what the expert said do anything to the terminal? */
import { expect, it } from "vitest";
import { describeMeasured } from "../../src/cli/experts/describe-measured.ts";

const measured = {
  calls: 120.3,
  successShare: 0.998,
  p50Ms: 210,
  p95Ms: 1410,
  queueMs: 12.3,
  cost: 0.001235,
  failedInRow: 0,
  state: "closed",
} as const;

it("tells shares, times and price, and nothing where nothing was measured", () => {
  expect(describeMeasured({ measured })).toBe(
    "99 % of 120 calls went well, p50 210 ms, p95 1.4 s, waited 12 ms, $0.0012 a call",
  );
  expect(describeMeasured({})).toBeUndefined();
  const old = { ...measured, calls: 0.2, successShare: 1, queueMs: 0, cost: 0 };
  expect(describeMeasured({ measured: old })).toBe("hardly called lately, p50 210 ms, p95 1.4 s");
});

it("says first what is wrong, in one line, whatever the expert said", () => {
  const lastError = { at: "2025-10-09T08:53:20.000Z", code: "timeout", message: "gone\u001B[2J\nfake: all is well" };
  const { p50Ms: _, p95Ms: __, ...never } = { ...measured, calls: 3, successShare: 0, queueMs: 0, cost: 0 };
  expect(describeMeasured({ measured: { ...never, state: "open", failedInRow: 3, lastError } })).toBe(
    "open after 3 failures in a row: timeout gone [2J fake: all is well; 0 % of 3 calls went well",
  );
});
