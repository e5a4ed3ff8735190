/** Executes a plan node: the planner's nodes go into the run one by one, as they are found right. */
import { smallPicture } from "../src/assets/small-picture.ts";
import type { RunBook } from "../src/dispatch/run-book.ts";
import { TuttiError } from "../src/errors.ts";
import { acceptPlan } from "../src/plan/accept-plan.ts";
import { outcomesOf, REPLAN_NODE } from "../src/plan/outcomes.ts";
import { createGivenPlanner } from "../src/plan/given-plan.ts";
import { planInputOf } from "../src/plan/plan-input.ts";
import type { AssetStore } from "../src/ports/asset-store.ts";
import type { PlanItem, Planner } from "../src/ports/planner.ts";
import type { Registry } from "../src/registry/registry.ts";
import type { NodeSpec, Usage } from "../src/run/events.ts";
import type { PlanNode } from "../src/run/plan-node.ts";
import type { NodeState, RunState } from "../src/run/state.ts";
import { addTokens } from "../src/run/usage.ts";
import { Growth } from "./growth.ts";
import type { NodeResult } from "./run-task.ts";

export interface PlanDependencies {
  readonly book: RunBook;
  /** From where a planner that sees is given pictures of the request. */
  readonly assets: AssetStore;
  readonly registry: Registry;
  /** Brings the registry up to date. */
  readonly refresh?: (() => Promise<void>) | undefined;
  readonly planner: Planner;
}

/** @throws TuttiError `not-understood`, or `invalid-plan` where some of the nodes were refused: the rest goes on */
export async function runPlan(
  { book, assets, registry, refresh, planner: ownPlanner }: PlanDependencies,
  state: RunState,
  node: NodeState,
  signal: AbortSignal,
): Promise<NodeResult> {
  const started = performance.now();
  // What was registered before the request was sent shall be there.
  await refresh?.();
  const { runId, tenant, request } = state;
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
    picture: smallPicture.bind(undefined, assets, tenant),
  };
  const refused: string[] = [];
  const replies: string[] = [];
  let usage: Usage = {};
  const note = (text: string) => book.change(runId, { type: "note", at: book.now(), nodeId: planId, text });
  const growth = new Growth(book, { runId, planId, attempt: node.attempt });

  try {
    for await (const item of acceptPlan(planner, input, signal)) {
      switch (item.type) {
        case "node":
          growth.add(specOf(item, registry, request.options.effects === "external"));
          break;
        case "usage":
          usage = addTokens(usage, item.usage);
          break;
        case "reply":
          replies.push(item.text);
          break;
        case "refused": {
          const faults = item.problems.map(({ message }) => message);
          refused.push(...faults);
          await note(`refused: ${faults.join("; ")}`);
          break;
        }
        case "note":
          await note(item.text);
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
  if (added === 0 && refused.length === 0 && replies.length === 0) {
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
    ...(replies.length > 0 && { reply: { type: "text" as const, value: replies.join("\n") } }),
  } as const;
  return { outputs, usage: { ...usage, runMs: Math.round(performance.now() - started) } };
}

type PlannedNode = Extract<PlanItem, { readonly type: "node" }>;

/** Where the request allows no effects, those who have none can still do it. */
function specOf({ node, by }: PlannedNode, registry: Registry, allowsEffects: boolean): NodeSpec {
  const task = registry.task(node.task);
  const effects = registry.expertsFor(node.task).map((card) => card.effects === "external");
  const external = allowsEffects ? effects.includes(true) : effects.length > 0 && effects.every(Boolean);
  const types = Object.entries(task?.outputs ?? {}).map(([name, { type }]) => [name, type] as const);
  return {
    ...node,
    kind: "task",
    outputTypes: Object.fromEntries(types),
    ...(external ? { effects: "external" as const } : {}),
    ...(by && { by }),
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
