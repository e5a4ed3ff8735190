/** The names of jobs, and what a job says of its node. */
import type { Job } from "../ports/job-queue.ts";
import type { OutboxEntry } from "../ports/run-store.ts";
import type { Lane } from "../registry/expert-card.ts";
import type { NodeState, RunState } from "../run/state.ts";

const DEFAULT_PRIORITY = 5;
/** Answers and plans go first: they are short, and everything waits for them. */
const CONTROL_PRIORITY = 0;

export function jobId(runId: string, nodeId: string, attempt: number): string {
  return `${runId}.${nodeId}.${attempt}`;
}

/** The attempt that a job's id names: run ids and attempts have no dots. */
export function attemptOf(id: string): Pick<OutboxEntry, "runId" | "nodeId" | "attempt"> {
  const first = id.indexOf(".");
  const last = id.lastIndexOf(".");
  return { runId: id.slice(0, first), nodeId: id.slice(first + 1, last), attempt: Number(id.slice(last + 1)) };
}

/** The node, if this attempt of it is still to be made, or under way. */
export function currentNode(
  state: RunState,
  { nodeId, attempt }: Pick<OutboxEntry, "nodeId" | "attempt">,
): NodeState | undefined {
  const node = state.nodes.get(nodeId);
  const due = node?.status === "ready" || node?.status === "running";
  return due && node.attempt === attempt ? node : undefined;
}

export function jobFor({ runId, request }: RunState, node: NodeState, lane: Lane): Job {
  const { attempt, notBefore } = node;
  const nodeId = node.spec.id;
  const priority = lane === "control" ? CONTROL_PRIORITY : (request.options.priority ?? DEFAULT_PRIORITY);
  const job = { id: jobId(runId, nodeId, attempt), lane, runId, nodeId, attempt, priority };
  return notBefore === undefined ? job : { ...job, notBefore };
}
