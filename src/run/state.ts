/** The state of a run: what its events add up to. */
import type { ChosenExpert, NodeError, NodeSpec, NodeStatus, RunStatus, SkipCause, Usage } from "./events.ts";
import type { RunRequest } from "./request.ts";
import type { ItemFailure, ListValue, Value } from "./value.ts";

/** Ids of the two nodes that every run has. Planners may not use them. */
export const PLAN_NODE = "plan";
export const ANSWER_NODE = "answer";

export interface FailedAttempt {
  readonly attempt: number;
  readonly error: NodeError;
  readonly expert?: ChosenExpert | undefined;
}

export interface NodeState {
  readonly spec: NodeSpec;
  readonly status: NodeStatus;
  /** The current attempt, from 1; 0 before the node was ever ready. */
  readonly attempt: number;
  readonly delivery: number;
  /** Ordered by preference, with why; empty until the node was routed. */
  readonly experts: readonly ChosenExpert[];
  readonly routing?: string;
  /** What choosing them took, where a language model was asked. */
  readonly selectionUsage?: Usage;
  /** Which of `experts` the current attempt uses. */
  readonly expertIndex: number;
  readonly notBefore?: number;
  readonly expert?: ChosenExpert | undefined;
  readonly worker?: string;
  /** Empty for a mapped node: read its lists through `outputOf`. */
  readonly outputs: Readonly<Record<string, Value>>;
  readonly usage: Usage;
  readonly error?: NodeError;
  readonly skip?: { readonly reason: string; readonly cause: SkipCause };
  /** Number of items, once known, of a mapped node. */
  readonly width?: number;
  readonly conditionHolds?: boolean;
  readonly failedAttempts: readonly FailedAttempt[];
  /** Epoch milliseconds. */
  readonly addedAt: number;
  readonly readyAt?: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
}

export interface RunNote {
  readonly nodeId: string;
  readonly text: string;
  readonly at: number;
}

export interface RunState {
  readonly runId: string;
  readonly tenant: string;
  /** Seq of the last event. */
  readonly revision: number;
  readonly status: RunStatus;
  readonly request: RunRequest;
  readonly createdAt: number;
  readonly finishedAt?: number;
  readonly finishReason?: string;
  readonly deadlineAt: number;
  readonly maxNodes: number;
  /** In the order in which they were added. */
  readonly nodes: ReadonlyMap<string, NodeState>;
  /** Last attempt number of ids that were withdrawn: a new node of that id goes on counting. */
  readonly retired: Readonly<Record<string, number>>;
  readonly notes: readonly RunNote[];
}

const finalNodeStatuses: ReadonlySet<NodeStatus> = new Set(["succeeded", "failed", "skipped", "canceled"]);

export function isSettled(node: NodeState): boolean {
  return finalNodeStatuses.has(node.status);
}

export function isFinished(state: Pick<RunState, "status">): boolean {
  return state.status !== "planning" && state.status !== "running";
}

export function itemsOf(state: RunState, nodeId: string): NodeState[] {
  return [...state.nodes.values()].filter((node) => node.spec.item?.of === nodeId);
}

/** Whether all planning has ended: only then is the set of nodes complete. */
export function planClosed(state: RunState): boolean {
  return [...state.nodes.values()].every((node) => node.spec.kind !== "plan" || isSettled(node));
}

/**
 * The recorded value of an output, or undefined where there is none. For a mapped node it is the list of its
 * successes, with their indices and the failures of the rest.
 */
export function outputOf(state: RunState, nodeId: string, output: string): Value | undefined {
  const node = state.nodes.get(nodeId);
  if (node?.status !== "succeeded") return undefined;
  if (!node.spec.each) return own(node.outputs, output);

  const items: Value[] = [];
  const index: number[] = [];
  const failures: ItemFailure[] = [];
  for (const item of itemsOf(state, nodeId)) {
    const at = item.spec.item?.index ?? 0;
    const value = own(item.outputs, output);
    if (item.status !== "succeeded") {
      failures.push({ index: at, ...whyNot(item) });
    } else if (value) {
      items.push(value);
      index.push(at);
    } else {
      failures.push({ index: at, code: "no-output", message: `the step gave no output ${output}` });
    }
  }
  return { type: "list", of: own(node.spec.outputTypes ?? {}, output) ?? "json", items, index, failures };
}

/**
 * One item of a list. In a mapped node's result an index means the place in what was mapped over, so that a failed
 * item moves none of the others: the caption of the second photo stays number 1.
 */
export function itemAt({ items, index }: ListValue, at: number): Value | undefined {
  if (!index) return items[at];
  const position = index.indexOf(at);
  return position === -1 ? undefined : items[position];
}

/** Own properties only: a planner may well label a node or an output `constructor`. */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** In words and as a code, why a settled node gave nothing. */
export function whyNot(node: NodeState): { readonly code: string; readonly message: string } {
  if (node.error) return { code: node.error.code, message: node.error.message };
  if (node.skip) return { code: node.skip.cause, message: node.skip.reason };
  return { code: node.status, message: `the step is ${node.status}` };
}
