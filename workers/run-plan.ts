/** Executes a plan node: the planner's nodes go into the run one by one, as they are found right. */
import type { RunBook } from "../src/dispatch/run-book.ts";
import { TuttiError } from "../src/errors.ts";
import { acceptPlan } from "../src/plan/accept-plan.ts";
import { outcomesOf, REPLAN_NODE } from "../src/plan/outcomes.ts";
import { createGivenPlanner } from "../src/plan/given-plan.ts";
import { planInputOf } from "../src/plan/plan-input.ts";
import type { Planner } from "../src/ports/planner.ts";
import type { Registry } from "../src/registry/registry.ts";
import type { NodeSpec } from "../src/run/events.ts";
import type { PlanNode } from "../src/run/plan-node.ts";
import type { NodeState, RunState } from "../src/run/state.ts";
import { Growth } from "./growth.ts";
import type { NodeResult } from "./run-task.ts";

export interface PlanDependencies {
  readonly book: RunBook;
  readonly registry: Registry;
  readonly planner: Planner;
}

/** @throws TuttiError `not-understood`, or `invalid-plan` where some of the nodes were refused: the rest goes on */
export async function runPlan(
  { book, registry, planner: ownPlanner }: PlanDependencies,
  state: RunState,
  node: NodeState,
  signal: AbortSignal,
): Promise<NodeResult> {
  const started = performance.now();
  const { runId, request } = state;
  const planId = node.spec.id;
  const planner = request.plan ? createGivenPlanner(request.plan) : ownPlanner;
  const frozen = [...state.nodes.values()].filter(({ spec }) => spec.kind === "task" && !spec.item);
  const input = {
    ...planInputOf(
      request,
      registry.tasks,
      frozen.map(({ spec }) => planNodeOf(spec)),
    ),
    ...(planId === REPLAN_NODE && { outcomes: outcomesOf(state) }),
  };
  const refused: string[] = [];
  const growth = new Growth(book, { runId, planId, attempt: node.attempt });

  try {
    for await (const item of acceptPlan(planner, input, signal)) {
      if (item.type === "node") {
        growth.add(specOf(item.node, registry));
      } else {
        const text =
          item.type === "note" ? item.text : `refused: ${item.problems.map((fault) => fault.message).join("; ")}`;
        if (item.type === "refused") refused.push(...item.problems.map((fault) => fault.message));
        await book.change(runId, { type: "note", at: book.now(), nodeId: planId, text });
      }
      growth.throwIfLost();
    }
  } catch (error) {
    // Nothing of this planning comes after its end.
    await growth.settled();
    throw error;
  }
  refused.push(...(await growth.end()));
  const added = frozen.length + growth.added;
  if (added === 0 && refused.length === 0) {
    throw new TuttiError("not-understood", "no step could be made of the request; say what to do with what");
  }
  if (refused.length > 0) {
    const count = refused.length === 1 ? "a problem" : `${refused.length} problems`;
    const message = `the plan had ${count}, and what has them was left out: ${refused.join("; ")}`;
    throw new TuttiError("invalid-plan", message);
  }
  const outputs = {
    planner: { type: "text", value: planner.name },
    catalogue: { type: "text", value: registry.hash },
  } as const;
  return { outputs, usage: { runMs: Math.round(performance.now() - started) } };
}

function specOf(node: PlanNode, registry: Registry): NodeSpec {
  const task = registry.task(node.task);
  const external = registry.expertsFor(node.task).some((card) => card.effects === "external");
  const types = Object.entries(task?.outputs ?? {}).map(([name, { type }]) => [name, type] as const);
  return {
    ...node,
    kind: "task",
    outputTypes: Object.fromEntries(types),
    ...(external ? { effects: "external" as const } : {}),
  };
}

function planNodeOf({ id, task, inputs, after, when, each, expert }: NodeSpec): PlanNode {
  return {
    id,
    task,
    inputs,
    ...(after ? { after } : {}),
    ...(when ? { when } : {}),
    ...(each ? { each } : {}),
    ...(expert === undefined ? {} : { expert }),
  };
}
