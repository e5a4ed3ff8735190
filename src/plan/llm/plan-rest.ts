/** Lets another planner do what the language model left undone, and takes of its plan only that. */
import { asTuttiError, TuttiError } from "../../errors.ts";
import type { PlanInput, Planner } from "../../ports/planner.ts";
import { dependenciesOf, type PlanNode } from "../../run/plan-node.ts";
import type { Collector, FaultyStep } from "./collect-steps.ts";

export interface Rest {
  readonly nodes: readonly PlanNode[];
  /** Why there is nothing. */
  readonly problem?: string;
}

export interface RestOptions {
  readonly fallback: Planner;
  readonly input: PlanInput;
  readonly collector: Collector;
  /** The model broke off: whatever it did not plan is wanted, too. */
  readonly brokeOff: boolean;
  readonly signal: AbortSignal;
}

/** Plans the rest, and puts it into the collector. @throws TuttiError `canceled` */
export async function planRest({ fallback, input, collector, brokeOff, signal }: RestOptions): Promise<Rest> {
  const accepted = collector.accepted();
  const faulty = collector.pending();
  const { nodes: planned, notes, problem } = await planAll(fallback, { ...input, frozen: accepted }, signal);
  const known = new Set(input.tasks.map(({ id }) => id));
  const named = new Set(faulty.flatMap((step) => taskNames(step)).filter((task) => known.has(task)));
  const unclear = brokeOff || faulty.some((step) => !taskNames(step).some((task) => known.has(task)));
  const done = new Set(accepted.map(({ task }) => task));
  const wanted = planned.filter(({ task }) => named.has(task) || (unclear && !done.has(task)));
  const nodes: PlanNode[] = [];
  for (const node of withDependencies(wanted, planned)) nodes.push(...collector.add(node));
  // The only node of a task does what the one faulty step of that task was for.
  for (const step of faulty) {
    const [task = ""] = taskNames(step);
    const alike = faulty.filter((other) => taskNames(other).includes(task));
    const [node, ...others] = wanted.filter((one) => one.task === task);
    if (node && others.length === 0 && alike.length === 1) nodes.push(...collector.replace(step, node.id));
  }
  // It has a step for every part of the request: what is left of the model's plan was not needed.
  if (problem === undefined && notes === 0) for (const step of collector.pending()) collector.drop(step);
  return { nodes, ...(problem === undefined ? {} : { problem }) };
}

async function planAll(fallback: Planner, input: PlanInput, signal: AbortSignal) {
  const nodes: PlanNode[] = [];
  let notes = 0;
  try {
    for await (const item of fallback.plan(input, signal)) {
      if (item.type === "node") nodes.push(item.node);
      else notes += 1;
    }
    return { nodes, notes, problem: undefined };
  } catch (error) {
    const { code, message } = asTuttiError(error);
    if (code === "canceled" || signal.aborted) throw error;
    if (!(error instanceof TuttiError)) throw error;
    return { nodes, notes, problem: message };
  }
}

/** What a step may mean by its task: as it was read, or as it was written. */
function taskNames({ node, raw }: FaultyStep): string[] {
  if (node) return [node.task];
  return typeof raw === "object" && raw !== null && "task" in raw && typeof raw.task === "string" ? [raw.task] : [];
}

function withDependencies(wanted: readonly PlanNode[], all: readonly PlanNode[]): PlanNode[] {
  const needed = new Set(wanted.map(({ id }) => id));
  // Producers come before consumers, so that one way back finds them all.
  for (const node of all.toReversed()) {
    if (needed.has(node.id)) for (const id of dependenciesOf(node)) needed.add(id);
  }
  return all.filter(({ id }) => needed.has(id));
}
