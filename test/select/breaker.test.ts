/** Is who fails left alone soon enough, for long enough, and never for ever? */
import { expect, it } from "vitest";
import { breakerOf } from "../../src/select/breaker.ts";
import { HALF_LIFE_MS } from "../../src/select/merit.ts";
import { addUp, outcomeOf } from "../contracts/outcomes.ts";

const T = 1_760_000_000_000;
const S = 1000;
const error = { code: "expert-failed", message: "it broke" };

/** After so many failures in a row, the last one at T. */
const failed = (count: number) =>
  addUp(
    Array.from({ length: count }, (_, index) => outcomeOf({ at: T - (count - 1 - index) * S, ok: false, error })),
    HALF_LIFE_MS,
  );

it("is closed for whoever is not known, or has failed twice", () => {
  expect(breakerOf(undefined, T).state).toBe("closed");
  expect(breakerOf(failed(1), T).state).toBe("closed");
  expect(breakerOf(failed(2), T).state).toBe("closed");
});

it.each([
  [3, 30],
  [4, 60],
  [5, 120],
  [7, 480],
  [8, 600],
  [1000, 600],
])("after %i failures in a row is open for %i seconds, then half-open until somebody tries", (count, seconds) => {
  const merit = failed(count);
  expect(breakerOf(merit, T)).toEqual({ state: "open", trialAt: T + seconds * S });
  expect(breakerOf(merit, T + seconds * S - 1).state).toBe("open");
  expect(breakerOf(merit, T + seconds * S).state).toBe("half-open");
  expect(breakerOf(merit, T + 900 * HALF_LIFE_MS).state).toBe("half-open");
});

it("closes with the first call that goes well, whatever was before", () => {
  const outcomes = [...Array.from({ length: 9 }, () => outcomeOf({ at: T, ok: false, error })), outcomeOf({ at: T })];
  expect(breakerOf(addUp(outcomes, HALF_LIFE_MS), T).state).toBe("closed");
});

it("knows when the last failure was also where nobody said what it was", () => {
  const silent = addUp(
    [1, 2, 3].map(() => outcomeOf({ at: T, ok: false })),
    HALF_LIFE_MS,
  );
  expect(breakerOf(silent, T)).toEqual({ state: "open", trialAt: T + 30 * S });
});
