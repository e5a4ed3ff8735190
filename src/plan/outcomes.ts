/** What a second planning is told of the first, and whether there is to be one. */
import type { NodeOutcome } from "../ports/planner.ts";
import { describeData } from "../run/describe-node.ts";
import { isSettled, whyNot, type NodeState, type RunState } from "../run/state.ts";

/** The node of the one second planning that a run may have. */
export const REPLAN_NODE = "replan";

/** Left to think again and to do something about it, milliseconds before the deadline. */
const LEAST_TIME_MS = 10_000;

/** Whether something was lost that another plan might still get; once in a run, and never for a plan that was given. */
export function wantsReplan(state: RunState, now: number): boolean {
  const { nodes, request, deadlineAt } = state;
  if (request.plan || nodes.has(REPLAN_NODE) || deadlineAt - now < LEAST_TIME_MS) return false;
  return [...nodes.values()].some(({ spec, status }) => spec.kind === "task" && !spec.item && status === "failed");
}

export function outcomesOf(state: RunState): NodeOutcome[] {
  const tasks = [...state.nodes.values()].filter(({ spec }) => spec.kind === "task" && !spec.item);
  return tasks.map((node) => ({ node: node.spec.id, status: statusOf(node), text: textOf(state, node) }));
}

function statusOf(node: NodeState): NodeOutcome["status"] {
  const { status } = node;
  return status === "succeeded" || status === "failed" || status === "skipped" || status === "canceled"
    ? status
    : "unfinished";
}

function textOf(state: RunState, node: NodeState): string | undefined {
  if (node.status === "succeeded") return describeData(state, node);
  return isSettled(node) ? whyNot(node).message : undefined;
}
