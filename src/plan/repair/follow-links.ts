/** Keeps the order that links ask for, where no argument carries it. */
import type { DraftLink } from "./draft-plan.ts";
import type { PlanWork, Step } from "./plan-work.ts";

export function followLinks(work: PlanWork): void {
  for (const link of work.links) followLink(work, link);
}

function followLink(work: PlanWork, { from, to }: DraftLink): void {
  const there = (positions: readonly number[]): Step[] =>
    positions.flatMap((at) => work.all[at] ?? []).filter((step) => work.isThere(step));
  const pairs = there(to).flatMap((step) => there(from).map((source) => ({ step, source })));
  // A node that was lost or merged has taken its links with it.
  if (pairs.length === 0 || (pairs.every(({ step, source }) => step === source) && from.length > 1)) return;
  if (pairs.some(({ step, source }) => step !== source && work.dependents(source).has(step.id))) return;
  const possible = pairs.filter(({ step, source }) => !work.dependents(step).has(source.id));
  // Of several nodes of one name, the nearest two in the order in which they were written.
  const distance = ({ step, source }: (typeof pairs)[number]): number =>
    source.at < step.at ? step.at - source.at : 1000;
  const [nearest] = possible.toSorted((a, b) => distance(a) - distance(b));
  if (nearest) {
    nearest.step.after.add(nearest.source.id);
    return;
  }
  for (const { step, source } of pairs.slice(0, 1)) {
    work.mend(step.id, "cycle", `the link from ${source.id} goes against what the arguments say; it is left out`);
  }
}
