/** The plan as it grows: nodes with ids in order, the same work never twice. */
import type { Binding, Condition, Each, PlanNode } from "../../run/plan-node.ts";

export interface NewNode {
  readonly task: string;
  readonly inputs: Readonly<Record<string, Binding>>;
  readonly when?: Condition | undefined;
  readonly each?: Each | undefined;
  readonly after?: readonly string[] | undefined;
}

export function createDraft(frozen: readonly PlanNode[], maxNodes: number) {
  const known = new Map(frozen.map((node) => [keyOf(node), node.id]));
  const taken = new Set(frozen.map(({ id }) => id));
  const nodes: PlanNode[] = [];
  let last = 0;

  return {
    /** New nodes, in order. */
    nodes: nodes as readonly PlanNode[],
    isFull: (): boolean => nodes.length + frozen.length >= maxNodes,
    /** The id of the node that does this: one that is there already, or a new one. Undefined when the plan is full. */
    add({ task, inputs, when, each, after }: NewNode): string | undefined {
      const node = {
        task,
        inputs,
        ...(when && { when }),
        ...(each && { each }),
        ...(after?.length && { after: [...after] }),
      };
      const key = keyOf(node);
      // What is done in any case need not be done again under a condition.
      const same = known.get(key) ?? known.get(keyOf({ ...node, when: undefined }));
      if (same !== undefined) return same;
      if (nodes.length + frozen.length >= maxNodes) return undefined;
      do last += 1;
      while (taken.has(`t${last}`));
      const id = `t${last}`;
      nodes.push({ id, ...node });
      known.set(key, id);
      return id;
    },
  };
}

export type Draft = ReturnType<typeof createDraft>;

function keyOf({ task, inputs, when, each }: NewNode): string {
  const sorted = Object.entries(inputs).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([task, sorted, when ?? null, each ?? null]);
}
