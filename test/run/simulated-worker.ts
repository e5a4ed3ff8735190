/** What a worker does with a job, step by step, so that anything can happen between two steps. */
import type { NodeSpec } from "../../src/run/events.ts";
import { dependenciesOf } from "../../src/run/plan-node.ts";
import type { RunState } from "../../src/run/state.ts";
import { outputsOf, workOf, type Scenario } from "./arbitraries.ts";
import type { UntimedCommand } from "./drive-run.ts";

/** One step: looks at the run as it is then, and sends a command or none. */
export type Step = (state: RunState) => UntimedCommand | undefined;

interface Started {
  readonly nodeId: string;
  readonly attempt: number;
}

export function programOf(scenario: Scenario, state: RunState, job: Started): Step[] {
  const node = state.nodes.get(job.nodeId);
  if (!node) return [];
  const work = workOf(scenario, job.nodeId);
  const failures = node.failedAttempts.filter(({ error }) => error.code === "expert-failed").length;
  const failsAgain = failures < work.failures;
  const end = failsAgain || !work.succeeds ? failing(job, node.expertIndex, failsAgain) : succeeding(scenario, job);
  if (node.spec.kind !== "plan") return [end];

  const nodes = planFor(scenario, job.nodeId, node.failedAttempts.length);
  const lines: Step[] = [];
  for (let at = 0; at < nodes.length; at += scenario.chunk) {
    lines.push(writing(scenario, job, nodes.slice(at, at + scenario.chunk)));
  }
  // A planning that breaks has written a part of its plan by then.
  return [...(failsAgain ? lines.slice(0, Math.ceil(lines.length / 2)) : lines), end];
}

/** The plan of the n-th try; ids of a second planning are its own. */
function planFor({ plans }: Scenario, planId: string, tries: number): readonly NodeSpec[] {
  const nodes = plans[Math.min(tries, plans.length - 1)] ?? [];
  if (planId === "plan") return nodes;
  return nodes.map((node) => ({ ...node, id: `${planId}-${node.id}` }));
}

/** Writes the nodes that are new and whose dependencies are there, as a planner with a checker does. */
function writing({ plans }: Scenario, { nodeId, attempt }: Started, chunk: readonly NodeSpec[]): Step {
  return (state) => {
    // With one plan only, every try repeats it word by word, and the kernel has to see that.
    const known = new Set(state.nodes.keys());
    const fits = (node: NodeSpec): boolean => {
      const good = !known.has(node.id) && dependenciesOf(node).every((id) => known.has(id));
      if (good) known.add(node.id);
      return good;
    };
    const nodes = plans.length === 1 ? chunk : chunk.filter(fits);
    return nodes.length > 0 ? { type: "add-nodes", planId: nodeId, attempt, nodes } : undefined;
  };
}

function succeeding(scenario: Scenario, job: Started): Step {
  const outputs = outputsOf(scenario, job.nodeId).recorded;
  return () => ({ type: "complete", ...job, outputs, usage: { runMs: 5 } });
}

function failing(job: Started, expertIndex: number, retryable: boolean): Step {
  const error = { code: "expert-failed", message: `${job.nodeId} broke`, retryable };
  const next = { expertIndex: 1 - expertIndex, notBefore: 0 };
  return (state) => {
    const fallback = state.nodes.get(job.nodeId)?.experts.length ? next : { ...next, expertIndex: 0 };
    return { type: "fail", ...job, error, ...(retryable ? { next: fallback } : {}) };
  };
}
