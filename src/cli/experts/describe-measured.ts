/** How an expert's calls went, in a line. Pure. */
import type { ExpertView } from "../../http/schemas-catalogue.ts";
import { callCount, milliseconds, percent } from "../../select/wording.ts";

/** Undefined where there were none. */
export function describeMeasured({ measured }: Pick<ExpertView, "measured">): string | undefined {
  if (!measured) return undefined;
  const { calls, successShare, p50Ms, p95Ms, queueMs, cost, failedInRow, state, lastError } = measured;
  const facts = [
    calls < 0.5 ? "hardly called lately" : `${percent(successShare)} of ${callCount(Math.round(calls))} went well`,
    ...(p50Ms !== undefined && p95Ms !== undefined ? [`p50 ${milliseconds(p50Ms)}, p95 ${milliseconds(p95Ms)}`] : []),
    ...(queueMs >= 1 ? [`waited ${milliseconds(queueMs)}`] : []),
    ...(cost > 0 ? [`$${cost.toPrecision(2)} a call`] : []),
  ].join(", ");
  // What an expert says of itself shall not move the cursor.
  const message = lastError?.message?.replaceAll(/\p{Cc}+/gu, " ");
  const why = lastError ? `: ${lastError.code}${message === undefined ? "" : ` ${message}`}` : "";
  return state === "closed" ? facts : `${state} after ${failedInRow} failures in a row${why}; ${facts}`;
}
