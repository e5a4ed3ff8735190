/** Checks what goes into a node: its inputs, and what it is mapped over. */
import type { TaskSpec } from "../registry/task-spec.ts";
import type { Binding } from "../run/plan-node.ts";
import { fits, formatType, type ValueType } from "../run/value.ts";
import { checkBinding, describeBinding, type Place } from "./check-binding.ts";
import { own, type Scope, spelledWidth, wantedType, wouldFit } from "./check-scope.ts";

const MAX_ITEMS = 100;

/** Checks one bound input; of a task that nobody knows, only that its references resolve. */
export function checkInput(name: string, binding: Binding, task: TaskSpec | undefined, place: Place): void {
  const { scope, node, label, item, report } = place;
  const given = checkBinding(binding, place);
  if (!task) return;
  const input = own(task.inputs, name);
  if (!input) {
    const names = Object.keys(task.inputs).join(", ");
    return report("unknown-input", `${task.id} has no input \`${name}\`; it takes ${names || "none"}`);
  }
  if ("from" in binding && binding.optional && !input.optional) {
    report(
      "missing-input",
      `${label} is required, so its reference to ${describeBinding(binding, scope)} can't be optional`,
    );
  }
  if (!given || fits(given, input.type)) return;
  const near = "from" in binding ? binding.from : undefined;
  const first = [
    ...(item && fits(item, input.type) ? ["{item: true}"] : []),
    ...oneOf(binding, given, input.type, scope),
  ];
  const mend = wouldFit(scope, node, { ...wantedType(input.type), near, first });
  const wants = `${label} wants ${formatType(input.type)}, ${describeBinding(binding, scope)} gives ${formatType(given)}`;
  report("wrong-type", wants + mend);
}

/** The commonest gap has its own mend: a list where one of its items is wanted. */
function oneOf(binding: Binding, given: ValueType, wanted: ValueType, scope: Scope): string[] {
  if (!("from" in binding) || typeof given === "string" || !fits(given.list, wanted)) return [];
  return [`an item of ${describeBinding(binding, scope)} (by index or each)`];
}

/** Reports required inputs that are not bound. */
export function checkMissing(task: TaskSpec, { scope, node, item, report }: Place): void {
  for (const [name, input] of Object.entries(task.inputs)) {
    if (input.optional || own(node.inputs, name)) continue;
    const first = item && fits(item, input.type) ? ["{item: true}"] : [];
    const mend = wouldFit(scope, node, { ...wantedType(input.type), first });
    report("missing-input", `input \`${name}\` (${formatType(input.type)}) is missing${mend}`);
  }
}

/** Checks what a node is mapped over, and gives the type of an item. */
export function checkEach(over: Binding, place: Place): ValueType | undefined {
  const { scope, node, label, report } = place;
  if ("item" in over) {
    report("bad-each", "each can't map over the item that it makes");
    return undefined;
  }
  const type = checkBinding(over, place);
  if (!type) return undefined;
  if (typeof type === "string") {
    const near = "from" in over ? over.from : undefined;
    const mend = wouldFit(scope, node, { accepts: (given) => typeof given !== "string", assets: false, near });
    report("bad-each", `${label} maps over a list, ${describeBinding(over, scope)} gives ${type}${mend}`);
    return undefined;
  }
  const [width, limit] = [spelledWidth(node), scope.context.maxItems ?? MAX_ITEMS];
  if (width === 0) report("bad-each", "each maps over an empty list");
  if (width !== undefined && width > limit) {
    report("bad-each", `each maps over ${width} items; at most ${limit} may be spelled out`);
  }
  return type.list;
}

/** Whether the current item of a map goes into a binding. */
export function usesItem(binding: Binding): boolean {
  return "item" in binding || ("list" in binding && binding.list.some(usesItem));
}
