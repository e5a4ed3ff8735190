/**
 * Repairs a plan without a language model: what is right stays as it is, what is wrong is mended where only one mend
 * makes sense, and refused where none does. Pure: the same draft gives the same plan. Every change is recorded.
 */
import type { TaskSpec } from "../../registry/task-spec.ts";
import type { PlanNode } from "../../run/plan-node.ts";
import type { ValueType } from "../../run/value.ts";
import { checkPlan } from "../check-plan.ts";
import { inOrder } from "../given-plan.ts";
import { breakCycles, openContradicted } from "./break-cycles.ts";
import type { DraftPlan } from "./draft-plan.ts";
import { findSource } from "./find-source.ts";
import { followLinks } from "./follow-links.ts";
import { createTaskMatcher, type TaskMatcher } from "./match-task.ts";
import type { Mend } from "./mend.ts";
import { mergeDuplicates } from "./merge-duplicates.ts";
import { placeArguments } from "./place-arguments.ts";
import { PlanWork, type RepairContext, type Step } from "./plan-work.ts";
import { renumber } from "./renumber.ts";
import { describeBinding, describeSaid } from "./say.ts";
import type { Wish } from "./wish.ts";

export interface RepairedPlan {
  /** Passes `checkPlan`, producers before consumers; empty where nothing of the plan can be run. */
  readonly nodes: readonly PlanNode[];
  /** Empty where the plan was valid as it was given. */
  readonly mends: readonly Mend[];
}

const MAX_NODES = 64;

/** Makes a repairer for one catalogue, which is compiled once. */
export function createRepairer(tasks: readonly TaskSpec[]) {
  const match = createTaskMatcher(tasks);
  return (draft: DraftPlan, context: Omit<RepairContext, "tasks">): RepairedPlan =>
    repairPlan(draft, { ...context, tasks }, match);
}

function repairPlan(draft: DraftPlan, context: RepairContext, match: TaskMatcher): RepairedPlan {
  const { maxNodes = MAX_NODES } = context;
  const refuse = (kind: "empty-plan" | "too-many-nodes", text: string): RepairedPlan => ({
    nodes: [],
    mends: [...draft.faults, { node: "", kind, text }],
  });
  if (draft.nodes.length === 0) return refuse("empty-plan", "the plan has no node");
  if (draft.nodes.length > maxNodes) return refuse("too-many-nodes", `the plan has more than ${maxNodes} nodes`);

  const work = renumber(begin(draft, context, match));
  const wishes = work.steps.flatMap((step) => placeArguments(work, step));
  wishes.push(...openContradicted(work), ...breakCycles(work));
  for (const wish of wishes.toSorted((a, b) => a.step.at - b.step.at)) fulfil(work, wish);
  refuseDependents(work);
  work.dropUnused();
  mergeDuplicates(work);
  followLinks(work);
  const nodes = passing(work);
  return { nodes, mends: [...draft.faults, ...work.mends] };
}

/** The draft's nodes with their tasks; a node of an unknown task is dropped, but what it worked on stays known. */
function begin(draft: DraftPlan, context: RepairContext, match: TaskMatcher): PlanWork {
  const { nodes, links } = draft;
  const byId = new Map(context.tasks.map((task) => [task.id, task]));
  const known = nodes.map(({ task }) => byId.get(task));
  const steps = nodes.map((node, at): Step => ({
    id: node.id,
    at,
    task: known[at] ?? match(node.task, (task) => takesAny(task, givenTypes(draft, at, known))),
    written: node.task,
    arguments: node.arguments,
    inputs: new Map(),
    after: new Set(),
  }));
  const work = new PlanWork(context, links, steps);
  for (const { id, task, written } of steps) {
    if (!task) work.mend(id, "unknown-task", `the catalogue has no task ${JSON.stringify(written.slice(0, 60))}`);
    else if (task.id !== written)
      work.mend(id, "renamed-task", `${JSON.stringify(written.slice(0, 60))} is ${task.id}`);
  }
  return work;
}

/**
 * Whether a task takes anything of what a node was given, by its arguments or by the links; where nobody knows the
 * type of that, any task may be meant.
 */
function takesAny({ inputs }: TaskSpec, given: readonly ValueType[]): boolean {
  const wanted = Object.values(inputs).map(({ type }) => type);
  return given.length === 0 || given.some((type) => wanted.includes(type));
}

function givenTypes({ nodes, links }: DraftPlan, at: number, known: readonly (TaskSpec | undefined)[]): ValueType[] {
  const said = nodes[at]?.arguments.map((argument) => argument.said) ?? [];
  const sources = [
    ...said.flatMap((one) => (one.kind === "output" ? [one.at] : [])),
    ...links.filter(({ to }) => to.includes(at)).flatMap(({ from }) => from),
  ];
  return [
    ...said.flatMap((one) => (one.kind === "file" && one.asset ? [one.asset.type] : [])),
    ...sources.flatMap((source) => Object.values(known[source]?.outputs ?? {}).map(({ type }) => type)),
  ];
}

function fulfil(work: PlanWork, wish: Wish): void {
  const { step, input, spec, said, kind } = wish;
  if (!work.isThere(step)) return;
  const found = findSource(work, wish);
  const was = said ? describeSaid(said) : "nothing";
  if (found && spec.optional !== true) {
    step.inputs.set(input, found);
    const instead = describeBinding(found, work.context.assets);
    return work.mend(step.id, kind, `input \`${input}\` was given ${was}; it takes ${instead}`);
  }
  if (kind !== "filled") work.mend(step.id, kind, `input \`${input}\` was given ${was}; it is left out`);
  if (spec.optional === true) {
    // Tools that only have an order are written with references all the same.
    const source = said?.kind === "output" ? work.all[said.at] : undefined;
    if (source && work.isThere(source) && !work.dependents(step).has(source.id)) step.after.add(source.id);
    return;
  }
  work.mend(step.id, "missing-input", `nothing fits input \`${input}\` of ${step.task?.id}, or several things do`);
  work.drop(step);
}

function refuseDependents(work: PlanWork): void {
  for (;;) {
    const there = new Set(work.steps.map(({ id }) => id));
    const orphan = work.steps.find((step) => [...work.sourcesOf(step)].some((id) => !there.has(id)));
    if (!orphan) return;
    const lost = [...work.sourcesOf(orphan)].filter((id) => !there.has(id));
    work.mend(orphan.id, "needs-refused", `it takes what ${lost.join(", ")} would have given`);
    work.drop(orphan);
  }
}

/** The last word has the plan check: what it objects to goes, with all that needs it. */
function passing(work: PlanWork): PlanNode[] {
  for (;;) {
    const nodes = inOrder(work.steps.map((step) => work.nodeOf(step)));
    const [problem] = checkPlan(nodes, work.context);
    if (!problem) return nodes;
    const step = work.find(problem.nodeId) ?? work.steps.at(-1);
    if (!step) return [];
    work.mend(step.id, "unfit", problem.message);
    work.drop(step);
    refuseDependents(work);
    work.dropUnused();
  }
}
