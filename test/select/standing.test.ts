/** Does what was measured decide before what is said, success before speed, and is nobody tried who could not win? */
import { describe, expect, it } from "vitest";
import type { CallOutcome } from "../../src/ports/merit-store.ts";
import type { ExpertCard } from "../../src/registry/expert-card.ts";
import { HALF_LIFE_MS } from "../../src/select/merit.ts";
import { standingOf } from "../../src/select/standing.ts";
import { addUp, outcomeOf } from "../contracts/outcomes.ts";
import { scriptedCard, textTask } from "../fakes/scripted-experts.ts";

const T = 1_760_000_000_000;

interface Calls {
  readonly good?: number;
  readonly bad?: number;
  readonly more?: Partial<CallOutcome>;
  readonly card?: Partial<ExpertCard>;
  /** Milliseconds ago. */
  readonly age?: number;
}

function standing({ good = 0, bad = 0, more = {}, card = {}, age = 0 }: Calls) {
  const outcomes = [
    ...Array.from({ length: bad }, () => outcomeOf({ at: T - age, ok: false })),
    ...Array.from({ length: good }, () => outcomeOf({ at: T - age, ...more })),
  ];
  return standingOf(scriptedCard("acme/a", textTask, card), addUp(outcomes, HALF_LIFE_MS), T);
}
const score = (calls: Calls) => standing(calls).score;

describe("the score", () => {
  it("is higher for whoever does its part more often, whatever is said, and however fast the other fails", () => {
    const said = { card: { merit: 0.5 } };
    expect(score({ good: 95, bad: 5, more: { runMs: 60_000 }, ...said })).toBeGreaterThan(
      score({ good: 60, bad: 40, more: { runMs: 1 }, card: { merit: 1 } }),
    );
    expect(score({ good: 99, bad: 1 })).toBeGreaterThan(score({ good: 90, bad: 10 }));
  });

  it("is still led by what is said of the results, where both work: calls don't measure that", () => {
    const makeshift = score({ good: 1000, card: { merit: 0.35 } });
    expect(score({ good: 970, bad: 30, card: { merit: 0.9 } })).toBeGreaterThan(makeshift);
    expect(score({ good: 700, bad: 300, card: { merit: 0.9 } })).toBeLessThan(makeshift);
  });

  it("lets who is new and said to be better begin where the other never failed", () => {
    expect(score({ good: 1, card: { merit: 0.6 } })).toBeGreaterThan(score({ good: 1000, card: { merit: 0.5 } }));
    expect(score({ card: { merit: 0.5 } })).toBeLessThan(score({ good: 1000, card: { merit: 0.5 } }));
  });

  it("falls with time, waiting, price, and where the model has to be loaded first", () => {
    const good = 100;
    const usual = score({ good });
    expect(score({ good, more: { runMs: 10_000 } })).toBeLessThan(usual);
    expect(score({ good, more: { queueMs: 10_000 } })).toBeLessThan(usual);
    expect(score({ good, more: { cost: 0.01 } })).toBeLessThan(usual);
    expect(score({ good, card: { cost: 0.01 } })).toBeLessThan(usual);
    expect(score({ good, more: { cost: 0.001 }, card: { cost: 9 } })).toBeGreaterThan(
      score({ good, card: { cost: 9 } }),
    );
    expect(standing({ good }).isWarm).toBe(true);
    expect(standing({ good, age: 700_000 }).isWarm).toBe(false);
    expect(score({ good, age: 700_000 })).toBeLessThan(usual);
  });

  it("forgets: after a day, who failed is as good as new", () => {
    const fresh = score({});
    expect(score({ bad: 2 })).toBeLessThan(fresh - 0.2);
    expect(score({ bad: 2, age: 24 * HALF_LIFE_MS })).toBeCloseTo(fresh, 3);
  });
});

describe("hope", () => {
  it("is more than the score, the less is known the more, and never more than that of one that never fails", () => {
    const gap = (calls: Calls) => standing(calls).hope - standing(calls).score;
    const gaps = [
      { good: 0, bad: 2 },
      { good: 6, bad: 4 },
      { good: 60, bad: 40 },
      { good: 600, bad: 400 },
    ].map(gap);
    expect(gaps).toEqual(gaps.toSorted((a, b) => b - a));
    expect(gaps.every((one) => one > 0)).toBe(true);
    const perfect = standing({ good: 100_000 }).score;
    expect(standing({ good: 1 }).hope).toBeLessThanOrEqual(perfect + 1e-4);
  });

  it("is none where the best works and is said to be clearly better: nobody gets a makeshift to learn from", () => {
    const best = standing({ good: 100, bad: 1, card: { merit: 0.9 } });
    expect(standing({ card: { merit: 0.5 } }).hope).toBeLessThan(best.score);
    expect(standing({ card: { merit: 0.9 } }).hope).toBeGreaterThan(best.score);
  });
});
