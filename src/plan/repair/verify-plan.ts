/** Looks at a repaired plan with other eyes: shares no code with the repairer but the plan check. */
import { type Binding, dependenciesOf, type PlanNode } from "../../run/plan-node.ts";
import { typeOfEnding } from "../builtin/lexicon.ts";
import { checkPlan } from "../check-plan.ts";
import type { RepairContext } from "./plan-work.ts";

/** What must not be in an accepted plan, in words; empty where it may run. */
export function verifyPlan(nodes: readonly PlanNode[], context: RepairContext): string[] {
  const { tasks, assets, text, mayFollow, maxNodes } = context;
  const known = new Set(tasks.map(({ id }) => id));
  const taskOf = new Map(nodes.map(({ id, task }) => [id, task]));
  const request = text.toLowerCase();
  const names = new Map(assets.map(({ asset, name = "" }) => [asset, name.toLowerCase()]));
  const problems = checkPlan(nodes, { tasks, assets, ...(maxNodes === undefined ? {} : { maxNodes }) });
  return [
    ...(nodes.length === 0 ? ["the plan is empty"] : []),
    ...problems.map(({ message }) => message),
    ...nodes.filter(({ task }) => !known.has(task)).map(({ id, task }) => `${id}: ${task} is not in the catalogue`),
    ...nodes.flatMap(({ id, inputs }) =>
      filesIn(Object.values(inputs), names)
        .filter((name) => !request.includes(name))
        .map((name) => `${id}: the request does not speak of ${JSON.stringify(name)}`),
    ),
    ...nodes.flatMap(({ id, task, inputs }) =>
      Object.values(inputs)
        .flatMap(sourcesOf)
        .map((from) => taskOf.get(from) ?? "")
        .filter((source) => source !== task && mayFollow?.(source, task) === false)
        .map((source) => `${id}: the tool graph has no link from ${source} to ${task}`),
    ),
    ...(isAcyclic(nodes) ? [] : ["nodes wait for each other"]),
  ];
}

/** Names of the files that bindings use, whether as files or as texts. */
function filesIn(bindings: readonly Binding[], names: ReadonlyMap<string, string>): string[] {
  return bindings.flatMap((binding): string[] => {
    // An asset without a name can't be said in words; the plan check has seen that the request brings it.
    if ("asset" in binding) return [names.get(binding.asset) ?? ""];
    if ("list" in binding) return filesIn(binding.list, names);
    const value = "value" in binding && binding.value.type === "text" ? binding.value.value.trim().toLowerCase() : "";
    return isFileName(value) ? [value] : [];
  });
}

function isFileName(text: string): boolean {
  if (text.length > 200 || /\s/.test(text)) return false;
  return (
    /^(?:https?|ftp):\/\//.test(text) ||
    (/^[^.].*\.[a-z0-9]+$/.test(text) && typeOfEnding.has(text.split(".").at(-1) ?? ""))
  );
}

function sourcesOf(binding: Binding): string[] {
  if ("from" in binding) return [binding.from];
  if ("list" in binding) return binding.list.flatMap(sourcesOf);
  return "template" in binding ? binding.template.flatMap((one) => (typeof one === "string" ? [] : [one.from])) : [];
}

/** Depth-first search; a node that is met again on the way to itself closes a circle. */
function isAcyclic(nodes: readonly PlanNode[]): boolean {
  const waitsFor = new Map(nodes.map((node) => [node.id, dependenciesOf(node)]));
  const done = new Set<string>();
  const visit = (id: string, way: ReadonlySet<string>): boolean => {
    if (way.has(id)) return false;
    if (done.has(id)) return true;
    const on = new Set(way).add(id);
    const isFine = (waitsFor.get(id) ?? []).every((other) => visit(other, on));
    done.add(id);
    return isFine;
  };
  return nodes.every(({ id }) => visit(id, new Set()));
}
