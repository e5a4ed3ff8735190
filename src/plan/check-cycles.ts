/** Finds nodes that wait for each other. */
import { dependenciesOf, type PlanNode } from "../run/plan-node.ts";

/**
 * One way round for every knot of nodes, in the order in which they wait (each for the next, the last for the
 * first); a node that waits for itself is one of length 1. Depth-first search: a dependency that is still on the
 * path closes a cycle. A node is in one reported cycle at most.
 */
export function findCycles(nodes: ReadonlyMap<string, PlanNode>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (id: string): void => {
    const node = nodes.get(id);
    if (!node || done.has(id)) return;
    const at = path.indexOf(id);
    if (at >= 0) {
      const cycle = path.slice(at);
      if (!cycle.some((member) => cycles.flat().includes(member))) cycles.push(cycle);
      return;
    }
    path.push(id);
    for (const dependency of dependenciesOf(node)) visit(dependency);
    path.pop();
    done.add(id);
  };
  for (const id of nodes.keys()) visit(id);
  return cycles;
}
