/** Keeps time for the experts that are next in line, where the first one hangs. */
import { TuttiError } from "../src/errors.ts";
import type { ExpertCard } from "../src/registry/expert-card.ts";
import type { NodeState, RunState } from "../src/run/state.ts";

/** Less than that is no try, milliseconds. */
const LEAST = 1000;

/**
 * How long an expert may take, milliseconds: half of what its run has left while another one could follow. Undefined
 * where its own limit is enough. Only for remote ones: what computes here is more likely slow than dead, and whoever
 * follows would wait for the same processor.
 */
export function shareOfTime(
  { deadlineAt }: Pick<RunState, "deadlineAt">,
  { experts, expertIndex }: Pick<NodeState, "experts" | "expertIndex">,
  { lane, limits, effects }: Pick<ExpertCard, "lane" | "limits" | "effects">,
  now: number,
): number | undefined {
  // What may have happened already is not tried with another.
  if (lane !== "remote" || effects === "external" || expertIndex + 1 >= experts.length) return undefined;
  const share = Math.max(LEAST, (deadlineAt - now) / 2);
  return share < limits.timeoutMs ? share : undefined;
}

/**
 * @param ms as `shareOfTime` tells
 * @throws what `action` throws, or TuttiError `timeout` where its time ran out
 */
export async function withinShare<T>(
  expert: ExpertCard,
  ms: number | undefined,
  signal: AbortSignal,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (ms === undefined) return action(signal);
  const late = AbortSignal.timeout(ms);
  try {
    return await action(AbortSignal.any([signal, late]));
  } catch (error) {
    if (!late.aborted || signal.aborted) throw error;
    const message = `${expert.id} did not answer within ${(ms / 1000).toFixed(1)} s, half of the time that the run had left`;
    throw new TuttiError("timeout", message, { cause: error, retryable: true });
  }
}
