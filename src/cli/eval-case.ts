/** Plans one case as a request would be planned, checks the plan, and compares it with the reference. */
import { asTuttiError } from "../errors.ts";
import { checkPlan } from "../plan/check-plan.ts";
import { type CaseScore, compareGraphs } from "../plan/score-plans.ts";
import type { Planner } from "../ports/planner.ts";
import type { TaskSpec } from "../registry/task-spec.ts";
import { dependenciesOf, type PlanNode } from "../run/plan-node.ts";
import { assetsNamedIn, type PlanningCase, type ToolGraph } from "./taskbench.ts";

export interface CaseSetting {
  readonly planner: Planner;
  readonly tasks: readonly TaskSpec[];
  readonly graph?: ToolGraph | undefined;
}

export interface CasePlan {
  readonly id: string;
  readonly nodes: readonly Pick<PlanNode, "id" | "task" | "inputs">[];
  readonly links: readonly (readonly [fromId: string, toId: string])[];
  readonly problems: readonly string[];
}

export interface CaseResult {
  readonly plan: CasePlan;
  /** Undefined where the case has no reference. */
  readonly score?: CaseScore | undefined;
}

const MOST_NODES = 64;

export async function evaluateCase(one: PlanningCase, { planner, tasks, graph }: CaseSetting): Promise<CaseResult> {
  const assets = assetsNamedIn(one.user_request);
  const nodes: PlanNode[] = [];
  const failures: string[] = [];
  const start = performance.now();
  try {
    const input = { text: one.user_request, history: [], assets, tasks, frozen: [], maxNodes: MOST_NODES };
    for await (const item of planner.plan(input, new AbortController().signal)) {
      if (item.type === "node") nodes.push(item.node);
    }
  } catch (error) {
    const { code, message } = asTuttiError(error);
    failures.push(`${code}: ${message}`);
  }
  const milliseconds = performance.now() - start;

  const taskOf = new Map(nodes.map(({ id, task }) => [id, task]));
  const links = nodes.flatMap((node) => dependenciesOf(node).map((from) => [from, node.id] as const));
  const named = links.map(([from, to]) => [taskOf.get(from) ?? from, taskOf.get(to) ?? to] as const);
  const problems = [
    ...failures,
    ...checkPlan(nodes, { tasks, assets, maxNodes: MOST_NODES }).map(({ message }) => message),
    ...(graph ? named.flatMap((link) => linkProblem(link, graph)) : []),
  ];
  const plan = { id: one.id, nodes: nodes.map(({ id, task, inputs }) => ({ id, task, inputs })), links, problems };
  if (!one.nodes) return { plan };
  const comparison = compareGraphs(
    { nodes: nodes.map(({ task }) => task), links: named },
    { nodes: one.nodes, links: one.links ?? [] },
  );
  return { plan, score: { ...comparison, type: one.type, valid: problems.length === 0, milliseconds } };
}

function linkProblem([source, target]: readonly [string, string], { links }: ToolGraph): string[] {
  const allowed = links.some((link) => link.source === source && link.target === target);
  return allowed ? [] : [`the tool graph has no link from ${source} to ${target}`];
}
