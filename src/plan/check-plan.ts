/**
 * Checks plans before anything of them may run. Pure; a problem's message names the node, what is wrong and what
 * would be right, so that a planner (or a person) can mend the one faulty node and keep the rest.
 */
import type { PlanNode } from "../run/plan-node.ts";
import { ANSWER_NODE, PLAN_NODE } from "../run/state.ts";
import type { ValueType } from "../run/value.ts";
import { findNode, type Place } from "./check-binding.ts";
import { checkCondition } from "./check-condition.ts";
import { findCycles } from "./check-cycles.ts";
import { checkEach, checkInput, checkMissing, usesItem } from "./check-inputs.ts";
import { nearestNames } from "./check-names.ts";
import type { PlanContext, Problem, ProblemCode } from "./check-problem.ts";
import { createScope, type Scope } from "./check-scope.ts";
import { rawId, readNode, shapeProblems } from "./check-shape.ts";
import { REPLAN_NODE } from "./outcomes.ts";

export type { PlanContext, Problem } from "./check-problem.ts";

const MAX_NODES = 64;

/**
 * Everything that is wrong with a plan, in plan order; empty where it may run. Nodes may refer to later ones.
 * Takes any data for nodes: what has not their shape is reported, not thrown. A plan that is too long is not looked at.
 */
export function checkPlan(nodes: readonly PlanNode[], context: PlanContext): Problem[] {
  const tooMany = checkLength(nodes, context);
  if (tooMany) return [tooMany];
  const read = nodes.map((raw) => readNode(raw));
  const unreadable = nodes.filter((_, position) => !read[position]).map(rawId);
  const scope = createScope(context, read.filter(isPresent), unreadable.filter(isPresent));
  const problems = read.flatMap((node, position) =>
    node ? checkContent(node, scope) : shapeProblems(nodes[position], position, scope),
  );
  return [...problems, ...findCycles(scope.nodes).map(describeCycle)];
}

/** What is wrong with the next node of a streamed plan; it may refer to those already accepted, `earlier`, only. */
export function checkNode(node: PlanNode, context: PlanContext, earlier: readonly PlanNode[]): Problem[] {
  const tooMany = checkLength([...earlier, node], context);
  if (tooMany) return [tooMany];
  const accepted = earlier.map((raw) => readNode(raw)).filter(isPresent);
  const read = readNode(node);
  if (!read) return shapeProblems(node, earlier.length, createScope(context, accepted));
  const scope = createScope(context, [...accepted, read]);
  // With an id that is taken, the node would be checked against its elder namesake; nothing else said of it holds.
  if (scope.nodes.get(read.id) !== read) return checkId(read, scope);
  // The earlier ones know nothing of it, so it can only wait for itself.
  return [...checkContent(read, scope), ...findCycles(new Map([[read.id, read]])).map(describeCycle)];
}

function isPresent<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function checkLength(nodes: readonly unknown[], { maxNodes = MAX_NODES }: PlanContext): Problem | undefined {
  if (nodes.length <= maxNodes) return undefined;
  const nodeId = readNode(nodes[maxNodes])?.id ?? `#${maxNodes + 1}`;
  return { nodeId, code: "too-many-nodes", message: `node ${nodeId}: a plan may have at most ${maxNodes} nodes` };
}

function describeCycle(cycle: readonly string[]): Problem {
  const nodeId = cycle[0] ?? "";
  const way = [...cycle, nodeId].join(" -> ");
  return { nodeId, code: "cycle", message: `node ${nodeId}: it waits for itself (${way})` };
}

function problemAt(node: PlanNode, code: ProblemCode, text: string): Problem {
  return { nodeId: node.id, code, message: `node ${node.id}: ${text}` };
}

function checkId(node: PlanNode, { nodes }: Scope): Problem[] {
  if ([PLAN_NODE, ANSWER_NODE, REPLAN_NODE].includes(node.id)) {
    return [problemAt(node, "reserved-id", "the run keeps this id for a node of its own; choose another")];
  }
  return nodes.get(node.id) === node
    ? []
    : [problemAt(node, "duplicate-id", "an earlier node has this id; choose another")];
}

/** Everything about one well-formed node but whether it waits for itself. */
function checkContent(node: PlanNode, scope: Scope): Problem[] {
  const problems = checkId(node, scope);
  const report = (code: ProblemCode, text: string): void => void problems.push(problemAt(node, code, text));
  const place = (label: string, item?: ValueType): Place => ({ scope, node, label, item, report });

  const item = node.each && checkEach(node.each.over, place("each"));
  const task = scope.tasks.get(node.task);
  if (!task) report("unknown-task", unknownTask(node.task, scope));
  for (const [name, binding] of Object.entries(node.inputs)) {
    checkInput(name, binding, task, place(`input \`${name}\``, item));
  }
  if (task) checkMissing(task, place("", item));
  if (node.each && !Object.values(node.inputs).some(usesItem)) {
    report("bad-each", "each maps the node over a list, but no input takes {item: true}");
  }
  if (node.when) checkCondition(node.when, place("when"));
  for (const id of node.after ?? []) findNode(id, place("after"));
  return problems;
}

function unknownTask(name: string, { context }: Scope): string {
  const names = context.tasks.map((task) => task.id);
  const near = nearestNames(name, names);
  return `there is no task \`${name}\`${near.length > 0 ? `; the nearest are ${near.join(", ")}` : ""}`;
}
