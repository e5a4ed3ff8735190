/** Why an expert was chosen, in words, for whoever reads the run. Pure. */
import { nameOf } from "../registry/expert-name.ts";
import type { Standing } from "./standing.ts";
import { callCount, milliseconds, percent } from "./wording.ts";

/** Why somebody else than the best comes first. */
export type Detour = "trial" | "explore" | "share";

export interface Choice {
  readonly chosen: Standing;
  /** Who comes after it. */
  readonly next?: Standing | undefined;
  readonly detour?: Detour | undefined;
}

export function tellChoice({ chosen, next, detour }: Choice): string {
  const { breaker, card } = chosen;
  const after = next ? `; next: ${nameFor(next, chosen)} (${brief(next)})` : "";
  if (detour === "trial") return `one call to see whether it works again, after ${failuresOf(chosen)}${after}`;
  if (detour === "explore") return `to learn how good it is: ${facts(chosen)}${after}`;
  if (detour === "share") return `version ${card.version} takes ${percent(card.share ?? 0)} of the calls${after}`;
  if (breaker.state === "closed")
    return `${next ? "" : "the only expert available for the task: "}${facts(chosen)}${after}`;
  return next
    ? `all fail; its next trial comes first: ${failuresOf(chosen)}${after}`
    : `the only expert available for the task, although: ${failuresOf(chosen)}`;
}

function nameFor({ card }: Standing, { card: chosen }: Standing): string {
  return card.id === chosen.id ? nameOf(card) : card.id;
}

function facts(standing: Standing): string {
  const { card, merit, p95Ms, isWarm } = standing;
  const said = `said to be ${inWords(card.merit)} (${card.merit})`;
  const seen = calls(standing);
  if (!merit || seen === 0) return `${merit ? "hardly called lately" : "never called yet"}, ${said}`;
  const price = merit.cost > 0 ? `, $${(merit.cost / merit.calls).toPrecision(2)} a call` : "";
  const duration = p95Ms === undefined ? "" : `, p95 ${milliseconds(p95Ms)}`;
  return `${percent(wentWell(standing))} of ${callCount(seen)} went well${duration}${price}${isWarm ? ", warm" : ""}`;
}

/** For whoever comes next. */
function brief(standing: Standing): string {
  if (standing.breaker.state !== "closed") return failuresOf(standing);
  if (calls(standing) > 0) return percent(wentWell(standing));
  return standing.merit ? "hardly called lately" : "never called yet";
}

/** By its code alone: what an expert says of itself may be long, and of other runs. */
function failuresOf({ merit }: Standing): string {
  const code = merit?.lastError ? ` (${merit.lastError.code})` : "";
  return `${merit?.failedInRow ?? 0} failures in a row${code}`;
}

function calls({ merit }: Standing): number {
  return Math.round(merit?.calls ?? 0);
}

function wentWell({ merit }: Standing): number {
  return merit && merit.calls > 0 ? Math.max(0, 1 - merit.failures / merit.calls) : 0;
}

/** As cards mean it: 1 is as good as the best known, 0.5 usable. */
function inWords(merit: number): string {
  if (merit >= 0.75) return "good";
  return merit >= 0.5 ? "usable" : "a makeshift";
}
