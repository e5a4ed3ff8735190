/** What a step's end says of the expert that did it. */
import type { CallOutcome } from "../src/ports/merit-store.ts";
import type { NodeError, Usage } from "../src/run/events.ts";
import type { NodeState } from "../src/run/state.ts";

/** Faults of an expert, and of where it runs; all others are the input's, or somebody's wish. */
const expertFaults: ReadonlySet<string> = new Set(["expert-failed", "expert-unavailable", "worker-crashed", "timeout"]);

/** Undefined where it says nothing: the result was an earlier one, or the expert had no part in what went wrong. */
export function outcomeOf(
  { spec, experts, expertIndex }: NodeState,
  end: { readonly usage: Usage } | { readonly error: NodeError },
  at: number,
): CallOutcome | undefined {
  const expert = experts[expertIndex];
  if (spec.kind !== "task" || !expert) return undefined;
  const call = { expert: expert.id, version: expert.version, at };
  if ("error" in end) {
    const { code, message } = end.error;
    return expertFaults.has(code) ? { ...call, ok: false, error: { code, message } } : undefined;
  }
  const { reused, runMs, queueMs, cost } = end.usage;
  return reused === true ? undefined : { ...call, ok: true, runMs, queueMs, cost };
}
