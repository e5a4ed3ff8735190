/** What a ready node's inputs are, as far as the state knows them: spilled values are loaded by the worker. */
import type { Binding } from "./plan-node.ts";
import { itemAt, outputOf, type NodeState, type RunState } from "./state.ts";
import type { SpilledValue, Value } from "./value.ts";

/** A value, or how to make it once the spilled values inside are loaded. */
export type ResolvedInput =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "pick"; readonly from: SpilledValue; readonly index: number }
  | { readonly kind: "template"; readonly parts: readonly (string | ResolvedInput)[] }
  | { readonly kind: "list"; readonly items: readonly ResolvedInput[] };

/** Resolves every input of a node; optional references that gave nothing are left out. */
export function resolveInputs(state: RunState, node: NodeState): Record<string, ResolvedInput> {
  const inputs = Object.entries(node.spec.inputs).flatMap(([name, binding]) => {
    const resolved = resolveBinding(state, binding);
    return resolved ? [[name, resolved] as const] : [];
  });
  return Object.fromEntries(inputs);
}

function resolveBinding(state: RunState, binding: Binding): ResolvedInput | undefined {
  if ("value" in binding) return { kind: "value", value: binding.value };
  if ("asset" in binding) return { kind: "value", value: assetValue(state, binding.asset) };
  if ("list" in binding) {
    const items = binding.list.map((item) => resolveBinding(state, item)).filter((item) => item !== undefined);
    return { kind: "list", items };
  }
  if ("template" in binding) {
    const parts = binding.template.map((part) => (typeof part === "string" ? part : resolveBinding(state, part)));
    return { kind: "template", parts: parts.filter((part) => part !== undefined) };
  }
  if ("item" in binding) return undefined;

  const value = outputOf(state, binding.from, binding.output);
  if (value === undefined || binding.index === undefined) return value && { kind: "value", value };
  if (value.type === "spilled") return { kind: "pick", from: value, index: binding.index };
  const item = value.type === "list" ? itemAt(value, binding.index) : undefined;
  return item && { kind: "value", value: item };
}

/** An asset of the request; texts are values kept as assets, everything else is a handle. */
function assetValue(state: RunState, id: string): Value {
  const parts = state.request.messages.flatMap((message) => message.content);
  const part = parts.find((candidate) => candidate.type === "asset" && candidate.asset === id);
  const kind = part?.type === "asset" ? part.kind : "document";
  if (kind === "text") return { type: "spilled", of: "text", ref: id, bytes: 0 };
  const name = part?.type === "asset" ? part.name : undefined;
  return { type: kind, asset: id, ...(name === undefined ? {} : { name }) };
}
