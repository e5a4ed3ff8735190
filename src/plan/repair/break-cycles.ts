/** Opens circles of nodes that take each other's outputs. */
import { referencesOf } from "../../run/plan-node.ts";
import { findCycles } from "../check-cycles.ts";
import { isLinked } from "./place-arguments.ts";
import type { PlanWork, Step } from "./plan-work.ts";
import type { Wish } from "./wish.ts";

interface Edge {
  readonly step: Step;
  readonly source: Step;
}

/**
 * Opens inputs that take the output of a later node, where a link says that this one comes first: nothing confirms
 * such a reference, and two things speak against it.
 */
export function openContradicted(work: PlanWork): Wish[] {
  const edges = work.steps.flatMap((step) =>
    [...work.sourcesOf(step)].flatMap((id): Edge[] => {
      const source = work.find(id);
      return source && source.at > step.at ? [{ step, source }] : [];
    }),
  );
  return edges
    .filter(({ step, source }) => isLinked(work, step, source) && !isLinked(work, source, step))
    .flatMap((edge) => open(work, edge));
}

/**
 * Takes one reference out of every circle: one that no link confirms, else one to a later node, else the last one.
 * What its input takes instead is wished for.
 */
export function breakCycles(work: PlanWork): Wish[] {
  const wishes: Wish[] = [];
  for (;;) {
    const [cycle] = findCycles(new Map(work.steps.map((step) => [step.id, work.nodeOf(step)])));
    if (!cycle) return wishes;
    const edges = cycle.flatMap((id, at): Edge[] => {
      const [step, source] = [work.find(id), work.find(cycle[(at + 1) % cycle.length] ?? id)];
      return step && source ? [{ step, source }] : [];
    });
    const weakest = edges.toSorted((a, b) => strength(work, a) - strength(work, b) || b.step.at - a.step.at)[0];
    if (!weakest) return wishes;
    wishes.push(...open(work, weakest));
  }
}

function strength(work: PlanWork, { step, source }: Edge): number {
  return (isLinked(work, source, step) ? 2 : 0) + (source.at < step.at ? 1 : 0);
}

function open(work: PlanWork, { step, source }: Edge): Wish[] {
  const taking = [...step.inputs].filter(([, binding]) => referencesOf(binding).some(({ from }) => from === source.id));
  return taking.flatMap(([input]): Wish[] => {
    step.inputs.delete(input);
    const spec = step.task?.inputs[input];
    const said = { kind: "output", at: source.at, counted: false, written: source.id } as const;
    return spec ? [{ step, input, spec, said, kind: "cycle" }] : [];
  });
}
