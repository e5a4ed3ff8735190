/**
 * What has to come of a plan, by the rules of the design alone: shares no code with the kernel that it is compared with.
 * Knows what the chaos graphs use, and no more.
 */
import type { Binding, Condition, PlanNode, Reference } from "../../src/run/plan-node.ts";
import { executionKey, stepOutputs, type StepOutputs } from "./step.ts";

type Output = string | number | readonly string[];
type Cause = "condition" | "upstream";

export type Expected =
  | { readonly status: "succeeded"; readonly outputs: StepOutputs; readonly executions: Executions }
  | { readonly status: "failed"; readonly executions: Executions }
  /** Two causes: it depends on which of two nodes settles first. */
  | { readonly status: "skipped"; readonly causes: ReadonlySet<Cause> }
  /** Of a mapped node; by the place in what it is mapped over. */
  | { readonly status: "succeeded" | "failed"; readonly items: ReadonlyMap<number, Single> };

/** Of what is no list. */
type Single = Extract<Expected, { readonly executions: Executions }>;

/** How often what has to be executed, if nothing goes wrong that was not meant to. */
export type Executions = { readonly key: string; readonly needed: number };

export type Expectations = ReadonlyMap<string, Expected>;

/** @param plan in an order in which every node comes after those that it depends on */
export function expectationsOf(plan: readonly PlanNode[]): Expectations {
  const known = new Map<string, Expected>();
  for (const node of plan) known.set(node.id, expectedOf(node, known));
  return known;
}

/** @param known of all nodes that it depends on */
export function expectedOf(node: PlanNode, known: Expectations): Expected {
  const required = referencesIn(node).filter(({ optional }) => !optional);
  const causes = new Set(required.flatMap(({ from }) => causesOf(known.get(from))));
  if (causes.size > 0) return { status: "skipped", causes };
  if (required.some((reference) => lookUp(reference, known) === undefined)) return skipped("upstream");
  const causesOfNo = node.when ? whyNot(node.when, known) : [];
  if (causesOfNo.length > 0) return { status: "skipped", causes: new Set(causesOfNo) };
  if (!node.each) return execute(node, known);

  const places = placesOf(node.each.over, known);
  const items = new Map([...places].map(([place, item]) => [place, execute(node, known, item)] as const));
  const lost = [...items.values()].filter(({ status }) => status === "failed").length;
  const fails = node.each.require === "all" ? lost > 0 : lost > 0 && lost === items.size;
  return { status: fails ? "failed" : "succeeded", items };
}

/** How the whole run has to end. */
export function expectedEnd(expectations: Expectations): "succeeded" | "partial" | "failed" {
  const all = [...expectations.values()].flatMap((node): Expected[] => {
    return "items" in node ? [node, ...node.items.values()] : [node];
  });
  const isLost = (node: Expected): boolean =>
    node.status === "failed" || (node.status === "skipped" && node.causes.has("upstream"));
  if (!all.some(isLost)) return "succeeded";
  return all.some(({ status }) => status === "succeeded") ? "partial" : "failed";
}

/** Whether it is certain why the node gives nothing, or that it gives something. */
export function isCertain(expected: Expected | undefined): boolean {
  return expected?.status !== "skipped" || expected.causes.size === 1;
}

/** Ids of what must have settled before the node may start. */
export function predecessorsOf(node: PlanNode): readonly string[] {
  const when = node.when ? [node.when.from] : [];
  return [...referencesIn(node).map(({ from }) => from), ...when, ...(node.after ?? [])];
}

function execute({ inputs }: PlanNode, known: Expectations, item?: string): Single {
  const text = (name: string): string | undefined => {
    const value = inputs[name] && bound(inputs[name], known, item);
    return typeof value === "string" ? value : undefined;
  };
  const list = inputs["list"] && bound(inputs["list"], known, item);
  const name = text("name") ?? "";
  const fate = text("fate") ?? "";
  const outputs = stepOutputs({
    name,
    fate,
    item,
    a: text("a"),
    b: text("b"),
    list: Array.isArray(list) ? list : undefined,
  });
  const executions = { key: executionKey(name, item), needed: fate === "flaky" ? 2 : 1 };
  return outputs ? { status: "succeeded", outputs, executions } : { status: "failed", executions };
}

function bound(binding: Binding, known: Expectations, item: string | undefined): Output | undefined {
  if ("item" in binding) return item;
  if ("value" in binding) return binding.value.type === "text" ? binding.value.value : undefined;
  if ("from" in binding) return lookUp(binding, known);
  if ("template" in binding) {
    return binding.template.map((part) => (typeof part === "string" ? part : (lookUp(part, known) ?? ""))).join("");
  }
  if ("list" in binding) return binding.list.flatMap((part) => asText(bound(part, known, item)));
  return undefined;
}

function lookUp({ from, output, index }: Reference, known: Expectations): Output | undefined {
  const producer = known.get(from);
  if (producer?.status !== "succeeded") return undefined;
  if ("items" in producer) {
    const texts = textsOf(producer.items);
    return index === undefined ? [...texts.values()] : texts.get(index);
  }
  const value = valueOf(producer.outputs, output);
  return index === undefined || !Array.isArray(value) ? value : asText(value[index])[0];
}

/** Mapped nodes are asked for their texts only. */
function textsOf(items: ReadonlyMap<number, Single>): ReadonlyMap<number, string> {
  const texts = new Map<number, string>();
  for (const [place, item] of items) if (item.status === "succeeded") texts.set(place, item.outputs.text);
  return texts;
}

function placesOf(over: Binding, known: Expectations): ReadonlyMap<number, string> {
  const producer = "from" in over ? known.get(over.from) : undefined;
  if (producer && "items" in producer) return textsOf(producer.items);
  const list = bound(over, known, undefined);
  return new Map(Array.isArray(list) ? list.map((text: string, place) => [place, text] as const) : []);
}

/** @returns why the condition keeps the node from running; empty where it lets it run */
function whyNot({ from, output, op, value: literal }: Condition, known: Expectations): readonly Cause[] {
  const value = lookUp({ from, output }, known);
  if (value === undefined) {
    if (op === "empty") return [];
    if (op === "exists") return ["condition"];
    const causes = causesOf(known.get(from));
    return op === "ne" ? causes.filter((cause) => cause === "upstream") : causes;
  }
  return holds(op, value, literal) ? [] : ["condition"];
}

function holds(op: Condition["op"], value: Output, literal: Condition["value"]): boolean {
  const size = Array.isArray(value) ? value.length : Number(value);
  switch (op) {
    case "exists":
      return value !== "" && !(Array.isArray(value) && value.length === 0);
    case "empty":
      return Array.isArray(value) ? value.length === 0 : value === "";
    case "eq":
      return value === literal;
    case "ne":
      return value !== literal;
    case "lt":
      return size < Number(literal);
    case "gt":
      return size > Number(literal);
    case "contains":
      return typeof value === "string" && value.includes(String(literal));
  }
}

/** Why a node gave nothing; empty where it gave something. */
function causesOf(expected: Expected | undefined): readonly Cause[] {
  if (expected?.status === "skipped") return [...expected.causes];
  return expected?.status === "failed" ? ["upstream"] : [];
}

function skipped(cause: Cause): Expected {
  return { status: "skipped", causes: new Set([cause]) };
}

function referencesIn({ inputs, each }: PlanNode): readonly Reference[] {
  return [...Object.values(inputs), ...(each ? [each.over] : [])].flatMap(referencesOf);
}

function referencesOf(binding: Binding): readonly Reference[] {
  if ("from" in binding) return [binding];
  if ("template" in binding) return binding.template.filter((part) => typeof part !== "string");
  return "list" in binding ? binding.list.flatMap(referencesOf) : [];
}

function valueOf(outputs: StepOutputs, output: string): Output | undefined {
  return output === "text" || output === "number" || output === "words" ? outputs[output] : undefined;
}

function asText(value: Output | undefined): string[] {
  return typeof value === "string" ? [value] : [];
}
