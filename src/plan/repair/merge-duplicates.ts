/** Merges nodes that do the same with the same. */
import type { Binding, Reference } from "../../run/plan-node.ts";
import type { PlanWork, Step } from "./plan-work.ts";

export function mergeDuplicates(work: PlanWork): void {
  // One that is gone may make others alike, which took its output.
  for (let merged = true; merged;) {
    merged = false;
    const known = new Map<string, Step>();
    for (const step of work.steps) {
      const key = JSON.stringify([step.task?.id, [...step.inputs].toSorted(([a], [b]) => (a < b ? -1 : 1))]);
      const first = known.get(key);
      known.set(key, first ?? step);
      if (!first) continue;
      work.mend(step.id, "duplicate", `it does the same as ${first.id}`);
      for (const other of work.steps) redirect(other, step.id, first.id);
      work.drop(step);
      merged = true;
    }
  }
}

function redirect({ inputs }: Step, from: string, to: string): void {
  const reference = (one: Reference): Reference => (one.from === from ? { ...one, from: to } : one);
  for (const [input, binding] of inputs) inputs.set(input, redirected(binding, reference));
}

function redirected(binding: Binding, reference: (one: Reference) => Reference): Binding {
  if ("from" in binding) return reference(binding);
  if (!("template" in binding)) return binding;
  return { template: binding.template.map((one) => (typeof one === "string" ? one : reference(one))) };
}
