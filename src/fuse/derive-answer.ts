/** What can be said of a run that ended before anything could be fused: canceled, expired, or broken. Pure. */
import type { NodeState, RunState } from "../run/state.ts";
import type { Answer } from "./answer.ts";
import { filesOf } from "./template-fuser.ts";

export function deriveAnswer(state: RunState): Answer {
  const tasks = [...state.nodes.values()].filter((node) => node.spec.kind === "task" && !node.spec.item);
  const done = tasks.filter((node) => node.status === "succeeded");
  const reason = state.finishReason === undefined ? "" : `: ${state.finishReason}`;
  const text = `The run ended as ${state.status}${reason}. ${tellDone(done, tasks.length)}`;
  return { text, citations: [], assets: [...state.nodes.values()].flatMap((node) => filesOf(node)) };
}

function tellDone(done: readonly NodeState[], total: number): string {
  if (done.length === 0) return "No step had finished.";
  const names = done.map((node) => `${node.spec.task} (${node.spec.id})`).join(", ");
  return `${done.length} of ${total} steps had finished: ${names}; their results are in the run's nodes.`;
}
