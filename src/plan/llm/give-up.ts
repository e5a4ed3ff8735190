/** Ends with what nobody could mend. */
import type { PlanItem } from "../../ports/planner.ts";
import type { Collector } from "./collect-steps.ts";

/**
 * A faulty step goes on as it is, to be refused by whoever checks the plan: so the run records that something that was
 * asked for is missing. What can't be read as a step at all is told.
 */
export function* giveUp(collector: Collector): Generator<PlanItem> {
  for (const { id, node, problems } of collector.pending()) {
    if (node) yield { type: "node", node };
    else yield { type: "note", text: `${id ?? "A step"} was left out: ${problems.join("; ")}` };
  }
}
