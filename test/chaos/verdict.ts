/** What a report has to say for the proof to hold. */
import type { Report } from "./chaos.ts";
import type { ExecutionCount } from "./check-executions.ts";

/** Of the executions that are needed. */
export const MOST_EXTRA = 0.03;

export function shareOfExtra({ needed, extra }: ExecutionCount): number {
  return needed === 0 ? 0 : extra / needed;
}

/**
 * @param sweep without it, something has to be lost: else the proof could not see it
 * @param long whether there were enough executions to say something of their share
 * @returns empty where it holds
 */
export function chaosFaults(
  report: Report,
  { sweep, long }: { readonly sweep: boolean; readonly long: boolean },
): readonly string[] {
  const { lost, twice, order, ended, doubled, deaths, executions } = report;
  const whatever = [...twice, ...order, ...ended, ...doubled, ...deaths, ...executions.impossible];
  if (!sweep) return lost.length > 0 ? whatever : [...whatever, "nothing was lost, though nobody swept"];
  const extra = shareOfExtra(executions);
  const tooMany = `${(extra * 100).toFixed(1)} % of the executions were made once more; at most ${MOST_EXTRA * 100} % may`;
  return [...lost, ...whatever, ...(long && extra > MOST_EXTRA ? [tooMany] : [])];
}
