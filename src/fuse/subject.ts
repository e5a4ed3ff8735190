/** Names things as people know them: a picture by its file name, a text by where it came from. */
import type { TaskSpec } from "../registry/task-spec.ts";
import { PLAN_NODE, type RunState } from "../run/state.ts";
import type { Binding, Reference } from "../run/plan-node.ts";
import type { Value } from "../run/value.ts";

const QUOTE_LENGTH = 60;

export type FindTask = (id: string) => TaskSpec | undefined;

/** What an input was, in a few words. */
export function subjectOf(state: RunState, findTask: FindTask, binding: Binding | undefined): string {
  if (!binding) return "nothing";
  if ("value" in binding) return nameOfValue(binding.value);
  if ("asset" in binding) return assetName(state, binding.asset);
  if ("template" in binding) return "a text made of other results";
  if ("list" in binding) return binding.list.map((part) => subjectOf(state, findTask, part)).join(", ");
  if ("item" in binding) return "the item";
  return subjectOfReference(state, findTask, binding);
}

/** "the summary of note.png": the producer's noun for its output, and what it worked on; made files have a name. */
function subjectOfReference(state: RunState, findTask: FindTask, { from, output, index }: Reference): string {
  const producer = state.nodes.get(from);
  if (!producer || from === PLAN_NODE) return `${from}.${output}`;
  const made = producer.outputs[output];
  if (made && "asset" in made && made.name !== undefined) return made.name;
  const task = findTask(producer.spec.task);
  const noun = task?.outputs[output]?.noun ?? output;
  const [worksOn] = Object.keys(task?.inputs ?? {});
  const root = worksOn === undefined ? undefined : producer.spec.inputs[worksOn];
  const which = index === undefined ? "" : ` ${index + 1}`;
  return root ? `the ${noun}${which} of ${subjectOf(state, findTask, root)}` : `the ${noun}${which}`;
}

function nameOfValue(value: Value): string {
  switch (value.type) {
    case "text":
      return quote(value.value, QUOTE_LENGTH);
    case "number":
    case "boolean":
      return String(value.value);
    default:
      return "asset" in value ? (value.name ?? value.type) : `the given ${value.type}`;
  }
}

function assetName(state: RunState, id: string): string {
  for (const { content } of state.request.messages) {
    for (const part of content) {
      if (part.type === "asset" && part.asset === id) return part.name ?? `the ${part.kind}`;
    }
  }
  return "the file";
}

/** A text in quotation marks on one line, cut at a word if it is long. */
export function quote(text: string, length: number): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  if (line.length <= length) return `“${line}”`;
  const cut = line.slice(0, length);
  const atWord = cut.lastIndexOf(" ") > length / 2 ? cut.slice(0, cut.lastIndexOf(" ")) : cut;
  return `“${atWord} …”`;
}
