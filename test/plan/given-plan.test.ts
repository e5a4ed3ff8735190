/** Can a plan that somebody wrote in any order be run as it is? */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createGivenPlanner, inOrder } from "../../src/plan/given-plan.ts";
import { dependenciesOf, type PlanNode } from "../../src/run/plan-node.ts";
import { textNode } from "../dispatch/controller.ts";

const ids = (nodes: readonly PlanNode[]): string[] => inOrder(nodes).map((node) => node.id);

describe("the order of a given plan", () => {
  it("is the given one where that can be", () => {
    expect(ids([textNode("a"), textNode("b", "a"), textNode("c"), textNode("d", "b")])).toEqual(["a", "b", "c", "d"]);
  });

  it("has producers first, by whatever a node needs them for", () => {
    const when = { from: "e", output: "text", op: "exists" } as const;
    const each = { over: { from: "f", output: "words" } };
    const nodes = [
      textNode("a", "d"),
      textNode("b", undefined, { after: ["d"] }),
      textNode("c", undefined, { when, each }),
      textNode("d"),
      textNode("e"),
      textNode("f"),
    ];
    expect(ids(nodes)).toEqual(["d", "a", "b", "e", "f", "c"]);
  });

  it("keeps nodes that can't be put in order, last, for the check to name them", () => {
    expect(ids([textNode("a", "b"), textNode("b", "a"), textNode("c"), textNode("d", "a")])).toEqual([
      "c",
      "a",
      "b",
      "d",
    ]);
    expect(ids([textNode("a", "a")])).toEqual(["a"]);
    expect(ids([textNode("a", "nobody")])).toEqual(["a"]);
    const twice = [textNode("a"), textNode("b", "a"), textNode("a", "b")];
    expect(inOrder(twice)).toEqual(twice);
  });

  it("loses and doubles nothing, and puts every node after those it waits for", () => {
    // An edge from a later to an earlier node only: so there are no cycles, whatever order they are then given in.
    const plan = fc
      .array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 20 })
      .map((pairs) =>
        pairs.map(([first, second], at) =>
          textNode(`n${at}`, at > 0 && first % 3 ? `n${first % at}` : undefined, {
            ...(at > 0 && second % 2 ? { after: [`n${second % at}`] } : {}),
          }),
        ),
      )
      .chain((nodes) => fc.shuffledSubarray(nodes, { minLength: nodes.length }));
    fc.assert(
      fc.property(plan, (nodes) => {
        const ordered = inOrder(nodes);
        expect(new Set(ordered)).toEqual(new Set(nodes));
        expect(ordered).toHaveLength(nodes.length);
        for (const [at, node] of ordered.entries()) {
          const before = new Set(ordered.slice(0, at).map(({ id }) => id));
          for (const id of dependenciesOf(node)) expect(before.has(id)).toBe(true);
        }
      }),
    );
  });
});

it("the planner says the nodes in that order", async () => {
  const said: PlanNode[] = [];
  const planner = createGivenPlanner([textNode("b", "a"), textNode("a")]);
  const input = { text: "", history: [], assets: [], tasks: [], frozen: [], maxNodes: 9 };
  for await (const item of planner.plan(input, new AbortController().signal)) {
    if (item.type === "node") said.push(item.node);
  }
  expect(planner.name).toBe("given@1");
  expect(said).toEqual([textNode("a"), textNode("b", "a")]);
});
