/** Counts what was executed against what had to be. */
import type { PlanNode } from "../../src/run/plan-node.ts";
import type { Execution } from "./executions.ts";
import { expectationsOf, type Executions } from "./reference.ts";

export interface ExecutionCount {
  /** One per attempt that had to be made. */
  readonly needed: number;
  readonly made: number;
  /** Beyond those that were needed: what was under way when its worker died, is executed again. */
  readonly extra: number;
  /** Executed though it must not be, or recorded without having been; each a sentence. */
  readonly impossible: readonly string[];
}

/** @param unended plans of runs that were lost: what was executed of those says nothing */
export function countExecutions(
  plans: readonly (readonly PlanNode[])[],
  executions: readonly Execution[],
  unended: readonly (readonly PlanNode[])[] = [],
): ExecutionCount {
  const elsewhere = new Set(unended.flatMap(neededBy).map(({ key }) => key));
  const made = new Map<string, number>();
  for (const { key } of executions) if (!elsewhere.has(key)) made.set(key, (made.get(key) ?? 0) + 1);
  const wanted = new Map(plans.flatMap(neededBy).map(({ key, needed }) => [key, needed] as const));
  const forbidden = [...made.keys()].filter((key) => !wanted.has(key));
  const missing = [...wanted.keys()].filter((key) => !made.has(key));
  let extra = 0;
  // A flaky step whose worker dies between its failure and the record of that, need not fail again: so none is too few.
  for (const [key, needed] of wanted) extra += Math.max(0, (made.get(key) ?? 0) - needed);
  return {
    needed: wanted.values().reduce((sum, needed) => sum + needed, 0),
    made: made.values().reduce((sum, count) => sum + count, 0),
    extra,
    impossible: [
      ...forbidden.map((key) => `${key} was executed, and must not be`),
      ...missing.map((key) => `${key} has ended, and was never executed`),
    ],
  };
}

function neededBy(plan: readonly PlanNode[]): Executions[] {
  return [...expectationsOf(plan).values()].flatMap((expected) => {
    if ("items" in expected) return [...expected.items.values()].map(({ executions }) => executions);
    return "executions" in expected ? [expected.executions] : [];
  });
}
