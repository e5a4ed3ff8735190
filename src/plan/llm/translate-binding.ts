/** Turns a value as a language model writes it into a binding. */
import type { CatalogueTask } from "../../ports/planner.ts";
import type { Binding, PlanNode, Reference } from "../../run/plan-node.ts";
import { fits, formatType, type Value, type ValueType } from "../../run/value.ts";
import type { Handle, Handles } from "./handles.ts";
import { readBareReference, readReference, splitReferences, type WrittenReference } from "./references.ts";

export interface TranslateContext {
  readonly tasks: ReadonlyMap<string, CatalogueTask>;
  readonly handles: Handles;
  /** The step that is meant by this id, if it is there. */
  readonly step: (id: string) => PlanNode | undefined;
}

export interface BindingPlace {
  readonly context: TranslateContext;
  /** As messages name it. */
  readonly label: string;
  /** Undefined where nobody knows what is wanted. */
  readonly wanted: ValueType | undefined;
  readonly report: (problem: string) => void;
}

/** @returns undefined where the value can't be read, which has then been reported */
export function translateBinding(raw: unknown, place: BindingPlace): Binding | undefined {
  if (typeof raw === "string") return translateText(raw, place);
  if (typeof raw === "number" || typeof raw === "boolean") return literal(raw, place);
  if (Array.isArray(raw)) return translateList(raw, place);
  if (typeof raw === "object" && raw !== null) {
    const keys = Object.keys(raw);
    if ("text" in raw && typeof raw.text === "string" && keys.length === 1) return literal(raw.text, place);
    if (place.wanted === "json") return { value: { type: "json", value: raw } };
  }
  place.report(`${place.label} must be words, a number, a list, or a reference such as "<t1.text>"`);
  return undefined;
}

function translateText(text: string, place: BindingPlace): Binding | undefined {
  const reference = readReference(text) ?? forgotten(text, place);
  if (reference) return resolve(reference, place);
  const pieces = splitReferences(text).map((piece) =>
    typeof piece === "string" || isMeant(piece.reference, place.context) ? piece : piece.written,
  );
  if (pieces.every((piece) => typeof piece === "string")) return literal(text, place);
  const parts = pieces.flatMap((piece): (string | Reference | undefined)[] => {
    if (typeof piece === "string") return [piece];
    const binding = resolve(piece.reference, { ...place, wanted: "text" });
    if (!binding) return [undefined];
    if ("from" in binding) return [binding];
    if ("value" in binding && binding.value.type === "text") return [binding.value.value];
    if ("template" in binding) return [...binding.template];
    place.report(`${place.label} can't hold ${piece.written} among words: only texts and numbers can be written`);
    return [undefined];
  });
  return parts.some((part) => part === undefined)
    ? undefined
    : { template: joined(parts.filter((part) => part !== undefined)) };
}

/** Words that happen to stand in angle brackets are words. */
function isMeant({ name, output }: WrittenReference, { handles, step }: TranslateContext): boolean {
  return (
    handles.has(name) || step(name) !== undefined || name === "item" || (output !== undefined && /^t\d+$/.test(name))
  );
}

/** A reference without its brackets, where it can be nothing else: files can't be written, and nobody says "t1.text". */
function forgotten(text: string, { context, wanted }: BindingPlace): WrittenReference | undefined {
  const handle = [...context.handles.values()].find(({ file, name }) => file === text.trim() || name === text.trim());
  const isFile = handle !== undefined && handle.text === undefined;
  if (isFile && (wanted === undefined || fits(handle.type, wanted))) return { name: handle.name };
  const reference = readBareReference(text);
  if (!reference) return undefined;
  const written = wanted === undefined || isWritable(wanted);
  if (written && reference.output === undefined) return undefined;
  return context.step(reference.name) ? reference : undefined;
}

const isWritable = (type: ValueType): boolean =>
  type === "text" || type === "number" || type === "boolean" || type === "json";

function resolve(reference: WrittenReference, place: BindingPlace): Binding | undefined {
  const { context, label, wanted, report } = place;
  const { name, output, index } = reference;
  if (name === "item" && output === undefined) return { item: true };
  const handle =
    output === undefined
      ? (context.handles.get(name) ?? byFile(name, context.handles))
      : byFile(`${name}.${output}`, context.handles);
  if (handle) return handle.binding;
  const step = context.step(name);
  const task = step && context.tasks.get(step.task);
  if (output !== undefined && (!step || !task || Object.hasOwn(task.outputs, output) || !isVague(output))) {
    return { from: step?.id ?? name, output, ...(index === undefined ? {} : { index }) };
  }
  if (step && task) {
    const fitting = mainOutput(task, index === undefined && step.each ? undefined : wanted);
    if (fitting !== undefined) return { from: step.id, output: fitting, ...(index === undefined ? {} : { index }) };
  }
  const known = [...context.handles.values()].filter(({ text }) => text === undefined).map((one) => `<${one.name}>`);
  report(`${label} refers to <${name}>, which is no step with outputs; the files are ${known.join(", ") || "none"}`);
  return undefined;
}

function byFile(name: string, handles: Handles): Handle | undefined {
  return [...handles.values()].find(({ file }) => file === name);
}

/** Names that mean no output in particular. */
const isVague = (output: string): boolean => /^(?:output|result|value|answer)s?$/i.test(output);

/** What is meant by a step as a whole: its first output that fits. */
function mainOutput({ outputs }: CatalogueTask, wanted: ValueType | undefined): string | undefined {
  const all = Object.entries(outputs);
  return (all.find(([, { type }]) => wanted !== undefined && fits(type, wanted)) ?? all[0])?.[0];
}

function joined(parts: readonly (string | Reference)[]): (string | Reference)[] {
  const result: (string | Reference)[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (typeof part === "string" && typeof last === "string") result.splice(-1, 1, last + part);
    else result.push(part);
  }
  return result;
}

function literal(raw: string | number | boolean, place: BindingPlace): Binding | undefined {
  const { wanted, label, context, report } = place;
  const value = literalOf(raw, wanted);
  if (value) return { value };
  const fitting = examples(wanted, context);
  const mend = fitting.length > 0 ? `write ${fitting.join(" or ")}` : "get it with a step before this one";
  const given = JSON.stringify(String(raw).slice(0, 60));
  report(`${label} wants ${formatType(wanted ?? "json")}, which can't be written as words (${given}); ${mend}`);
  return undefined;
}

/** A literal of the wanted type; undefined where there are none. One of another type is left for the check to name. */
function literalOf(raw: string | number | boolean, wanted: ValueType | undefined): Value | undefined {
  const written = String(raw).trim();
  switch (wanted) {
    case "text":
      return { type: "text", value: String(raw) };
    case "number":
      if (typeof raw === "string" && written !== "" && Number.isFinite(Number(written))) {
        return { type: "number", value: Number(written) };
      }
      return natural(raw);
    case "boolean":
      return /^(?:true|false)$/i.test(written)
        ? { type: "boolean", value: written.toLowerCase() === "true" }
        : natural(raw);
    case undefined:
    case "json":
      return natural(raw);
    default:
      return undefined;
  }
}

function natural(raw: string | number | boolean): Value {
  if (typeof raw === "number") return { type: "number", value: raw };
  return typeof raw === "boolean" ? { type: "boolean", value: raw } : { type: "text", value: raw };
}

function examples(wanted: ValueType | undefined, { handles }: TranslateContext): string[] {
  return [...handles.values()]
    .flatMap(({ name, type }) => (wanted && fits(type, wanted) ? [`"<${name}>"`] : []))
    .slice(0, 3);
}

function translateList(raw: readonly unknown[], place: BindingPlace): Binding | undefined {
  const { wanted } = place;
  const isPlain = raw.every((one) => typeof one === "number" || (typeof one === "string" && isWords(one, place)));
  // "comma separated" is what models write as a list.
  if (wanted === "text" && isPlain && raw.length > 0) return literal(raw.join(", "), place);
  const [only] = raw;
  if (wanted !== undefined && typeof wanted === "string" && wanted !== "json" && raw.length === 1) {
    return translateBinding(only, place);
  }
  const item = typeof wanted === "object" ? wanted.list : undefined;
  const items = raw.map((one) => translateBinding(one, { ...place, wanted: item }));
  return items.some((one) => one === undefined) ? undefined : { list: items.filter((one) => one !== undefined) };
}

const isWords = (text: string, place: BindingPlace): boolean =>
  readReference(text) === undefined && forgotten(text, place) === undefined;
