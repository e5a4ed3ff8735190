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
  const placed = new Set<string>();
  let rest = [...nodes];
  const ids = new Set(nodes.map((node) => node.id));
  while (rest.length > 0) {
    const ready = rest.filter((node) => dependenciesOf(node).every((id) => placed.has(id) || !ids.has(id)));
    if (ready.length === 0) return [...ordered, ...rest];
    ordered.push(...ready);
    for (const node of ready) placed.add(node.id);
    rest = rest.filter((node) => !placed.has(node.id));
  }
  return ordered;
}
