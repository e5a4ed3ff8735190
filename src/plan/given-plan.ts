/** The planner for requests that bring their own plan. */
import type { Planner } from "../ports/planner.ts";
import { dependenciesOf, type PlanNode } from "../run/plan-node.ts";

export function createGivenPlanner(nodes: readonly PlanNode[]): Planner {
  return {
    name: "given@1",
    async *plan() {
      for (const node of inOrder(nodes)) yield { type: "node", node };
    },
  };
}

/** Puts producers before consumers, and otherwise keeps the order. Nodes of a cycle come last, for the check to name. */
export function inOrder(nodes: readonly PlanNode[]): PlanNode[] {
  const ordered: PlanNode[] = [];
  const rest = [...nodes];
  const missing = new Set(nodes.map((node) => node.id));
  for (;;) {
    const next = rest.findIndex((node) => !dependenciesOf(node).some((id) => missing.has(id)));
    const [node] = next === -1 ? [] : rest.splice(next, 1);
    if (!node) return [...ordered, ...rest];
    ordered.push(node);
    missing.delete(node.id);
  }
}
