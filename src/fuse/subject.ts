/** Names things as people know them: a picture by its file name, a text by where it came from. */
import type { TaskSpec } from "../registry/task-spec.ts";
import { ITEM_SEPARATOR, type Binding, type Reference } from "../run/plan-node.ts";
import { own, PLAN_NODE, type NodeState, type RunState } from "../run/state.ts";
import type { Value } from "../run/value.ts";

const QUOTE_LENGTH = 60;
/** "The summary of the translation of the transcript" is as far back as anybody can follow. */
const DEEPEST = 3;
const LISTED = 3;

export type FindTask = (id: string) => TaskSpec | undefined;

/** What an input was, in a few words. */
export function subjectOf(
  state: RunState,
  findTask: FindTask,
  binding: Binding | undefined,
  depth: number = DEEPEST,
): string {
  if (!binding) return "nothing";
  if ("value" in binding) return nameOfValue(binding.value);
  if ("asset" in binding) return assetName(state, binding.asset);
  if ("template" in binding) return "a text made of other results";
  if ("list" in binding) {
    const named = binding.list.slice(0, LISTED).map((part) => subjectOf(state, findTask, part, depth));
    const more = binding.list.length - named.length;
    return [...named, ...(more > 0 ? [`${more} more`] : [])].join(", ") || "an empty list";
  }
  if ("item" in binding) return "the item";
  return subjectOfReference(state, findTask, binding, depth);
}

/** What a step worked on: what its task puts first. */
export function subjectOfNode(
  state: RunState,
  findTask: FindTask,
  { spec }: NodeState,
  depth: number = DEEPEST,
): string | undefined {
  const names = Object.keys(findTask(spec.task)?.inputs ?? spec.inputs);
  const binding = names.map((name) => own(spec.inputs, name)).find((bound) => bound !== undefined);
  const meant = binding && "item" in binding ? spec.each?.over : binding;
  return meant && subjectOf(state, findTask, meant, depth);
}

/** "the summary of note.png": the producer's noun for its output, and what it worked on; made files have a name. */
function subjectOfReference(
  state: RunState,
  findTask: FindTask,
  { from, output, index }: Reference,
  depth: number,
): string {
  const producer = state.nodes.get(from);
  if (!producer || from === PLAN_NODE) return `${from}.${output}`;
  const item = index === undefined ? undefined : state.nodes.get(`${from}${ITEM_SEPARATOR}${index}`);
  if (item && producer.spec.each) return subjectOfReference(state, findTask, { from: item.spec.id, output }, depth);

  const made = madeBy(producer, output, index);
  if (made && "asset" in made && made.name !== undefined) return made.name;
  const spec = findTask(producer.spec.task)?.outputs;
  const noun = (spec && own(spec, output)?.noun) ?? output;
  const which = index === undefined ? "" : ` ${index + 1}`;
  const thing = `${producer.spec.each ? "every" : "the"} ${noun}${which}`;
  const root = depth > 0 ? subjectOfNode(state, findTask, producer, depth - 1) : undefined;
  return root === undefined ? thing : `${thing} of ${root}`;
}

function madeBy({ outputs }: NodeState, output: string, index: number | undefined): Value | undefined {
  const value = own(outputs, output);
  return value?.type === "list" && index !== undefined ? value.items[index] : value;
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
  const beginning = cut(line, length);
  const atWord = beginning.lastIndexOf(" ") > length / 2 ? beginning.slice(0, beginning.lastIndexOf(" ")) : beginning;
  return `“${atWord} …”`;
}

/** The beginning of a text: at most so many UTF-16 units, and no half of a character. */
export function cut(text: string, length: number): string {
  const isHalved = /[\uD800-\uDBFF]/.test(text.charAt(length - 1)) && /[\uDC00-\uDFFF]/.test(text.charAt(length));
  return text.slice(0, isHalved ? length - 1 : length);
}
