/** Tells one node's result in a sentence, or why there is none. */
import { describeValue } from "./describe-value.ts";
import { subjectOf, type FindTask } from "./subject.ts";
import { whyNot, type NodeState, type RunState } from "../run/state.ts";
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
  const said = task?.says ?? defaultTemplate(outputs);
  // One pass over the template, so that nothing inside a value is ever taken for a placeholder.
  const text = said.replaceAll(/\{(input|output)\.(\w+)\}/g, (_match, side: string, name: string) => {
    if (side === "input") return subjectOf(state, findTask, node.spec.inputs[name]);
    const value = outputs[name];
    return value ? describeValue(value) : "nothing";
  });
  return task?.says === undefined ? `${task?.title ?? node.spec.task}: ${text}` : text;
}

function defaultTemplate(outputs: Readonly<Record<string, Value>>): string {
  const name = "text" in outputs ? "text" : Object.keys(outputs)[0];
  return name === undefined ? "done" : `{output.${name}}`;
}

/** "Text to speech of the text of note.png was not done: ..." */
export function describeFailure(state: RunState, findTask: FindTask, node: NodeState): string {
  const task = findTask(node.spec.task);
  const [worksOn] = Object.keys(node.spec.inputs);
  const subject = worksOn === undefined ? "" : ` (${subjectOf(state, findTask, node.spec.inputs[worksOn])})`;
  return `${task?.title ?? node.spec.task}${subject}: ${whyNot(node).message}`;
}
