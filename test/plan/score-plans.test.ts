/** Are the scores what one gets by hand? */
import { describe, expect, it } from "vitest";
import { bootstrapInterval, type CaseScore, compareGraphs, multisetF1, summarize } from "../../src/plan/score-plans.ts";

describe("multisetF1", () => {
  it.each([
    ["both empty", [], [], 1],
    ["nothing found", [], ["a"], 0],
    ["nothing wanted", ["a"], [], 0],
    ["the same in another order", ["b", "a"], ["a", "b"], 1],
    // 1 common; precision 1/2, recall 1/3: 2 * 1 / (2 + 3).
    ["one of several", ["a", "x"], ["a", "b", "c"], 0.4],
    // Only one of the two a's is wanted: precision 1/2, recall 1.
    ["one too many of a kind", ["a", "a"], ["a"], 2 / 3],
    ["two of a kind wanted", ["a", "a"], ["a", "a", "b"], 0.8],
  ] as const)("%s", (_, found, wanted, f1) => {
    expect(multisetF1(found, wanted)).toBeCloseTo(f1, 12);
  });
});

describe("compareGraphs", () => {
  it("counts nodes and links apart, and links in their direction", () => {
    const wanted = {
      nodes: ["read", "sum", "speak"],
      links: [
        ["read", "sum"],
        ["sum", "speak"],
      ],
    } as const;
    const found = {
      nodes: ["sum", "read", "speak"],
      links: [
        ["read", "sum"],
        ["speak", "sum"],
      ],
    } as const;
    expect(compareGraphs(found, wanted)).toEqual({ nodeF1: 1, linkF1: 0.5, exact: true });
  });

  it("calls nodes exact only with the right number of each", () => {
    const graph = (...nodes: string[]) => ({ nodes, links: [] });
    expect(compareGraphs(graph("a", "a"), graph("a")).exact).toBe(false);
    expect(compareGraphs(graph(), graph())).toEqual({ nodeF1: 1, linkF1: 1, exact: true });
  });
});

describe("summarize", () => {
  const score = (nodeF1: number, exact: boolean, milliseconds: number): CaseScore => ({
    type: "chain",
    nodeF1,
    linkF1: nodeF1 / 2,
    exact,
    valid: true,
    milliseconds,
  });

  it("averages over cases, not over nodes", () => {
    const summary = summarize([score(1, true, 10), score(0.5, false, 20), score(0, false, 30)]);
    expect(summary).toMatchObject({ cases: 3, nodeF1: 0.5, linkF1: 0.25, valid: 1, msPerRequest: 20 });
    expect(summary.exact).toBeCloseTo(1 / 3, 12);
    expect(summary.nodeF1Interval[0]).toBeLessThan(0.5);
    expect(summary.nodeF1Interval[1]).toBeGreaterThan(0.5);
  });

  it("is all zero without cases", () => {
    expect(summarize([])).toMatchObject({ cases: 0, nodeF1: 0, linkF1: 0, exact: 0, valid: 0, msPerRequest: 0 });
  });
});

describe("bootstrapInterval", () => {
  it("has no width where all values are the same", () => {
    expect(bootstrapInterval([0.7, 0.7, 0.7])).toEqual([expect.closeTo(0.7, 12), expect.closeTo(0.7, 12)]);
  });

  it("comes near to the normal approximation, and is the same every time", () => {
    // 50 zeros and 50 ones: mean 0.5, standard error 0.05, so about 0.5 +- 0.098.
    const values = Array.from({ length: 100 }, (_, at) => at % 2);
    const [low, high] = bootstrapInterval(values);
    expect(low).toBeCloseTo(0.402, 1);
    expect(high).toBeCloseTo(0.598, 1);
    expect(bootstrapInterval(values)).toEqual([low, high]);
  });
});
