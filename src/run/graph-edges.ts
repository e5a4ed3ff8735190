/** The graph of a run as people see it: its nodes in reading order, and the edges between them. */
import { dataReferences, referencesOf, type Binding } from "./plan-node.ts";
import { ANSWER_NODE, type NodeState, type RunState } from "./state.ts";

/** `data`: an output goes into an input. `order`: one only waits for the other. `item`: a mapped node and one item. */
export type EdgeKind = "data" | "order" | "condition" | "item";

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  readonly output?: string;
  /** The input's name; `each` for what the node is mapped over. */
  readonly input?: string;
}

/** All nodes but the items of mapped ones, each after what it depends on; the answer comes last. */
export function nodesInOrder(state: RunState): NodeState[] {
  const nodes = [...state.nodes.values()].filter(({ spec }) => !spec.item);
  const answer = nodes.filter(({ spec }) => spec.id === ANSWER_NODE);
  return [...nodes.filter(({ spec }) => spec.id !== ANSWER_NODE), ...answer];
}

/**
 * Edges in reading order. Steps that need nothing hang on their planning, and the answer on what nobody else uses, so
 * that the picture holds together. An item has no edges but that to its mapped node, whose inputs it shares.
 */
export function edgesOf(state: RunState): GraphEdge[] {
  const nodes = nodesInOrder(state);
  const edges = nodes.flatMap(incoming);
  const used = new Set(edges.map(({ from }) => from));
  const loose = nodes.filter(({ spec }) => spec.id !== ANSWER_NODE && !used.has(spec.id));
  const toAnswer = loose.map(({ spec }): GraphEdge => ({ from: spec.id, to: ANSWER_NODE, kind: "order" }));
  const toItems = [...state.nodes.values()].flatMap(({ spec: { id, item } }): GraphEdge[] => {
    return item ? [{ from: item.of, to: id, kind: "item" }] : [];
  });
  return [...edges, ...toAnswer, ...toItems];
}

function incoming({ spec }: NodeState): GraphEdge[] {
  const { id, inputs, each, when, after = [], plannedBy } = spec;
  const bindings: [string, Binding][] = [
    ...(each ? [["each", each.over] as [string, Binding]] : []),
    ...Object.entries(inputs),
  ];
  const data = bindings.flatMap(([input, binding]) => {
    const named = new Map(
      referencesOf(binding).map((reference) => [`${reference.from} ${reference.output}`, reference]),
    );
    return [...named.values()].map(({ from, output }): GraphEdge => ({ from, to: id, kind: "data", output, input }));
  });
  const condition: GraphEdge[] = when ? [{ from: when.from, to: id, kind: "condition", output: when.output }] : [];
  const needed = new Set([...dataReferences(spec), ...condition].map(({ from }) => from));
  const only = [...new Set(after)].filter((from) => !needed.has(from));
  const planned = plannedBy !== undefined && needed.size + only.length === 0 ? [plannedBy] : [];
  return [...data, ...condition, ...[...only, ...planned].map((from): GraphEdge => ({ from, to: id, kind: "order" }))];
}
