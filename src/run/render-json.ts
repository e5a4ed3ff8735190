/** A run's graph as plain data, for programs that draw it themselves. */
import { criticalPath, durationOf } from "./critical-path.ts";
import { attemptsOf, outputsOf } from "./describe-node.ts";
import type {
  ChosenExpert,
  NodeError,
  NodeKind,
  NodeOrigin,
  NodeStatus,
  RunStatus,
  SkipCause,
  Usage,
} from "./events.ts";
import { edgesOf, nodesInOrder, type GraphEdge } from "./graph-edges.ts";
import { previewBinding } from "./render-value.ts";
import { itemsOf, type NodeState, type RunState } from "./state.ts";

export interface RunGraph {
  readonly runId: string;
  readonly status: RunStatus;
  /** In reading order, each after what it depends on; items follow their mapped node. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly criticalPath: readonly string[];
}

export interface GraphNode {
  readonly id: string;
  readonly kind: NodeKind;
  readonly task: string;
  readonly status: NodeStatus;
  /** Who wrote it into the plan, where a language model planned. */
  readonly by?: NodeOrigin;
  readonly expert?: ChosenExpert;
  readonly attempts: number;
  /** Short previews by name, for people; the values themselves are in the run. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly usage: Usage;
  /** Epoch milliseconds. */
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly durationMs?: number;
  readonly error?: NodeError;
  readonly skip?: { readonly reason: string; readonly cause: SkipCause };
  /** For a mapped node: the number of its items, once known. */
  readonly width?: number;
  /** For an item: its place in what was mapped. */
  readonly index?: number;
}

export function renderJson(state: RunState): RunGraph {
  const nodes = nodesInOrder(state).flatMap((node) => [node, ...itemsOf(state, node.spec.id)]);
  return {
    runId: state.runId,
    status: state.status,
    nodes: nodes.map((node) => graphNode(state, node)),
    edges: edgesOf(state),
    criticalPath: criticalPath(state),
  };
}

function graphNode(state: RunState, node: NodeState): GraphNode {
  const { spec, status, usage, expert, startedAt, finishedAt, error, skip, width } = node;
  const inputs = Object.entries(spec.inputs).map(([name, binding]) => [name, previewBinding(binding, state)] as const);
  const durationMs = durationOf(node);
  return {
    id: spec.id,
    kind: spec.kind,
    task: spec.task,
    status,
    attempts: attemptsOf(node),
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(outputsOf(state, node)),
    usage,
    ...(spec.by && { by: spec.by }),
    ...(expert && { expert }),
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(durationMs !== undefined && { durationMs }),
    ...(error && { error }),
    ...(skip && { skip }),
    ...(width !== undefined && { width }),
    ...(spec.item && { index: spec.item.index }),
  };
}
