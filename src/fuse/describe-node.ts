/** Tells one node's result in a sentence, or why there is none. */
import { describeValue } from "./describe-value.ts";
import { subjectOf, subjectOfNode, type FindTask } from "./subject.ts";
import { own, whyNot, type NodeState, type RunState } from "../run/state.ts";
import type { Value } from "../run/value.ts";

/**
 * @param outputs of the node, spilled values loaded
 */
export function describeNode(
  state: RunState,
  findTask: FindTask,
  node: NodeState,
  outputs: Readonly<Record<string, Value>>,
): string {
  const task = findTask(node.spec.task);
  if (task?.says === undefined) return `${titleOf(findTask, node)}: ${describeMain(outputs)}`;
  // One pass over the template, so that nothing inside a value is ever taken for a placeholder.
  return task.says.replaceAll(/\{(input|output)\.(\w+)\}/g, (_match, side: string, name: string) => {
    if (side === "input") return subjectOf(state, findTask, own(node.spec.inputs, name));
    const value = own(outputs, name);
    return value ? describeValue(value) : "nothing";
  });
}

function describeMain(outputs: Readonly<Record<string, Value>>): string {
  const value = own(outputs, "text") ?? Object.values(outputs)[0];
  return value ? describeValue(value) : "done";
}

/** "Text to speech (the text of note.png): ...", on one line. */
export function describeFailure(state: RunState, findTask: FindTask, node: NodeState): string {
  const subject = subjectOfNode(state, findTask, node);
  const message = whyNot(node).message.replaceAll(/\s+/g, " ").trim();
  return `${titleOf(findTask, node)}${subject === undefined ? "" : ` (${subject})`}: ${message}`;
}

export function titleOf(findTask: FindTask, { spec }: NodeState): string {
  return findTask(spec.task)?.title ?? spec.task;
}
