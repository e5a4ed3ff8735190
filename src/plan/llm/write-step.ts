/** Writes plan nodes as language models write them: for steps that stand, for demonstrations, and for repair. */
import { escapeSpecial } from "../../prompts/quote-data.ts";
import type { Binding, PlanNode, Reference } from "../../run/plan-node.ts";
import type { Value } from "../../run/value.ts";
import type { Handles } from "./handles.ts";
import { splitReferences } from "./references.ts";

/** Private-use letters that stand for the brackets of references until everybody else's are escaped. */
const OPEN = "\uE000";
const CLOSE = "\uE001";

/** One step per line, as JSON in which only references have angle brackets. */
export function showSteps(nodes: readonly PlanNode[], handles: Handles): string {
  return nodes.map((node) => showJson(writeStep(node, handles, mark))).join("\n") || "none";
}

/** What a model wrote, shown to it again: only references to what there is keep their brackets. */
export function showRaw(raw: unknown, isKnown: (name: string) => boolean): string {
  const marked: unknown = JSON.parse(JSON.stringify(raw ?? null), (_, value: unknown) =>
    typeof value === "string" ? markReferences(value, isKnown) : value,
  );
  return showJson(marked);
}

/** No chat template has such words in angle brackets. */
const harmless = /^(?:t\d+|[a-z]+-\d+|item)$/;

function markReferences(text: string, isKnown: (name: string) => boolean): string {
  return splitReferences(withoutMarks(text))
    .map((piece) => {
      if (typeof piece === "string") return piece;
      return harmless.test(piece.reference.name) || isKnown(piece.reference.name)
        ? mark(piece.written.slice(1, -1))
        : piece.written;
    })
    .join("");
}

function showJson(data: unknown): string {
  return escapeSpecial(JSON.stringify(data)).replaceAll(OPEN, "<").replaceAll(CLOSE, ">");
}

const mark = (inside: string): string => `${OPEN}${inside}${CLOSE}`;
const withoutMarks = (text: string): string => text.replaceAll(OPEN, "").replaceAll(CLOSE, "");
const bracket = (inside: string): string => `<${inside}>`;

type Bracket = (inside: string) => string;

export function writeStep(node: PlanNode, handles: Handles, write: Bracket = bracket): Record<string, unknown> {
  const { id, task, inputs, each, when, after } = node;
  return {
    id,
    task,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, one]) => [name, writeBinding(one, handles, write)])),
    ...(each && { each: writeBinding(each.over, handles, write) }),
    ...(when && {
      when: {
        if: write(`${when.from}.${when.output}`),
        op: when.op,
        ...(when.value === undefined ? {} : { value: plainText(when.value) }),
      },
    }),
    ...(after && { after }),
  };
}

function writeBinding(binding: Binding, handles: Handles, write: Bracket): unknown {
  if ("item" in binding) return write("item");
  if ("list" in binding) return binding.list.map((one) => writeBinding(one, handles, write));
  if ("from" in binding) return write(inside(binding));
  if ("asset" in binding) return write(handleOf(binding, handles) ?? "file");
  if ("template" in binding) {
    return binding.template.map((part) => (typeof part === "string" ? plainText(part) : write(inside(part)))).join("");
  }
  const handle = handleOf(binding, handles);
  return handle === undefined ? writeValue(binding.value) : write(handle);
}

function writeValue(value: Value): unknown {
  if (value.type === "text") {
    const text = plainText(value.value);
    // Words that read like a reference are marked as words.
    return splitReferences(text).some((piece) => typeof piece !== "string") ? { text } : text;
  }
  if (value.type === "list") return value.items.map(writeValue);
  return "value" in value ? value.value : value;
}

const inside = ({ from, output, index }: Reference): string =>
  `${from}.${output}${index === undefined ? "" : `[${index}]`}`;

function plainText<T>(value: T): T | string {
  return typeof value === "string" ? withoutMarks(value) : value;
}

function handleOf(binding: Binding, handles: Handles): string | undefined {
  const wanted = JSON.stringify(binding);
  const found = [...handles.values()].find((handle) => JSON.stringify(handle.binding) === wanted);
  return found?.name;
}
