/** Checks one binding of a node, and finds the type of what it gives. */
import type { Binding, PlanNode, Reference } from "../run/plan-node.ts";
import { fits, formatType, sameType, type Value, type ValueType } from "../run/value.ts";
import type { ProblemCode } from "./check-problem.ts";
import { assetLabel, outputTypes, own, type Scope, spelledWidth, unknownAsset, wouldFit } from "./check-scope.ts";

/** Where a binding stands, and where to complain about it. */
export interface Place {
  readonly scope: Scope;
  readonly node: PlanNode;
  /** As messages name it: ``input `question` ``. */
  readonly label: string;
  /** Type of the current item; undefined outside of a map, or where what is mapped over is itself faulty. */
  readonly item?: ValueType | undefined;
  readonly report: (code: ProblemCode, message: string) => void;
}

/**
 * Reports what is wrong inside a binding and returns the type that it gives; undefined where that can't be told,
 * which has then been reported here or at another node.
 */
export function checkBinding(binding: Binding, place: Place): ValueType | undefined {
  if ("from" in binding) return checkReference(binding, place);
  if ("asset" in binding) return checkAsset(binding.asset, place);
  if ("value" in binding) return checkLiteral(binding.value, place);
  if ("template" in binding) return checkTemplate(binding.template, place);
  if ("list" in binding) return checkList(binding.list, place);
  if (place.node.each) return place.item;
  place.report("bad-each", `${place.label} takes the current item, but the node has no \`each\``);
  return undefined;
}

/** The subject of "... gives text", as messages name it. */
export function describeBinding(binding: Binding, scope: Scope): string {
  if ("from" in binding) return describeReference(binding);
  if ("asset" in binding) {
    const asset = scope.assets.get(binding.asset);
    return asset ? assetLabel(asset) : "the asset";
  }
  if ("value" in binding) return "the value";
  if ("template" in binding) return "the template";
  return "list" in binding ? "the list" : "the item";
}

export function describeReference({ from, output, index }: Pick<Reference, "from" | "output" | "index">): string {
  return `${from}.${output}${index === undefined ? "" : ` item ${index}`}`;
}

/** The type of a node's output as a reference sees it, its index applied. */
export function checkReference(reference: Reference, place: Place): ValueType | undefined {
  const { scope, label, report } = place;
  const source = findNode(reference.from, place);
  const outputs = source && outputTypes(scope, source);
  if (!source || !outputs) return undefined;
  const type = own(Object.fromEntries(outputs), reference.output);
  if (type === undefined) {
    const names = outputs.map(([name]) => name).join(", ");
    report(
      "unknown-output",
      `${label} refers to ${describeReference({ ...reference, index: undefined })}, but ${source.task} gives ${names || "nothing"}`,
    );
    return undefined;
  }
  if (reference.index === undefined) return type;
  if (typeof type === "string") {
    report(
      "bad-index",
      `${label} wants ${describeReference(reference)}, but ${source.id}.${reference.output} gives ${type}, which is no list`,
    );
    return undefined;
  }
  const width = source.each ? spelledWidth(source) : undefined;
  if (width !== undefined && reference.index >= width) {
    report(
      "bad-index",
      `${label} wants ${describeReference(reference)}, but ${source.id} maps over ${width} items, 0 to ${width - 1}`,
    );
  }
  return type.list;
}

/** The node of this id; reports where there is none. */
export function findNode(id: string, { scope, node, label, report }: Place): PlanNode | undefined {
  const found = scope.nodes.get(id);
  if (!found && !scope.unreadable.has(id)) {
    const others = [...scope.nodes.keys()].filter((other) => other !== node.id).join(", ");
    report(
      "unknown-node",
      `${label} refers to ${id}, but ${others ? `the other nodes are ${others}` : "there are no other nodes"}`,
    );
  }
  return found;
}

function checkAsset(id: string, { scope, label, report }: Place): ValueType | undefined {
  const asset = scope.assets.get(id);
  if (!asset) report("unknown-asset", unknownAsset(id, label, scope));
  return asset?.type;
}

function checkLiteral(value: Value, place: Place): ValueType | undefined {
  const { scope, label, report } = place;
  if (value.type === "spilled") return value.of;
  if (value.type === "list") {
    const odd = value.items.map((item) => checkLiteral(item, place)).find((type) => type && !fits(type, value.of));
    if (odd) report("bad-list", `${label} has a list of ${formatType(value.of)} that holds ${formatType(odd)}`);
    return { list: value.of };
  }
  if (!("asset" in value)) return value.type;
  const type = checkAsset(value.asset, place);
  if (!type || type === value.type) return type;
  // What an asset is was found in its bytes; a plan can't declare it to be something else.
  report("wrong-type", `${label} calls ${describeBinding(value, scope)} ${value.type}, but it is ${formatType(type)}`);
  return undefined;
}

function isWritable(type: ValueType): boolean {
  return type === "text" || type === "number" || type === "boolean";
}

function checkTemplate(parts: readonly (string | Reference)[], place: Place): ValueType {
  const { scope, node, label, report } = place;
  for (const part of parts) {
    if (typeof part === "string") continue;
    const type = checkReference(part, place);
    if (!type || isWritable(type)) continue;
    const mend = wouldFit(scope, node, { accepts: isWritable, assets: false, near: part.from });
    report(
      "bad-template",
      `template in ${label} takes text, number or boolean, ${describeReference(part)} gives ${formatType(type)}${mend}`,
    );
  }
  return "text";
}

function checkList(bindings: readonly Binding[], place: Place): ValueType | undefined {
  const { scope, label, report } = place;
  const [first] = bindings;
  if (!first) {
    report("bad-list", `${label} has an empty list, whose type nobody can tell; give at least one item`);
    return undefined;
  }
  const types = bindings.map((binding) => checkBinding(binding, place));
  const [type] = types;
  const odd = types.findIndex((other) => type && other && !sameType(type, other));
  const [oddType, oddBinding] = [types[odd], bindings[odd]];
  if (type && oddType && oddBinding) {
    const [one, other] = [describeBinding(first, scope), describeBinding(oddBinding, scope)];
    report(
      "bad-list",
      `${label} has a list of mixed types: ${one} gives ${formatType(type)}, ${other} gives ${formatType(oddType)}`,
    );
    return undefined;
  }
  return types.every((other) => other !== undefined) && type ? { list: type } : undefined;
}
