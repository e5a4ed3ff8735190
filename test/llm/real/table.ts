/** How good the plans were, for people: nothing of it is judged. */
import type { NodeOrigin } from "../../../src/run/events.ts";
import type { RunReport } from "../../../src/tutti.ts";
import { plannedSteps } from "./expect-sound.ts";
import type { SeenCall } from "./watch-calls.ts";

export interface Row {
  readonly words: string;
  readonly report: RunReport;
  readonly calls: readonly SeenCall[];
}

/** Who the plan came from: by the last one that had to help. */
export function plannerOf({ report: { state } }: Row): string {
  const origins = new Set<NodeOrigin | undefined>(plannedSteps(state).map(({ spec }) => spec.by));
  if (origins.has("fallback")) return origins.size > 1 ? "model and fallback" : "fallback";
  if (origins.has("repair") || origins.has("type-gap")) return "model, repaired";
  return origins.has("model") ? "model" : "none";
}

export function tableOf(title: string, rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const { report, calls, words } = row;
    const { state } = report;
    const steps = plannedSteps(state);
    const done = steps.filter(({ status }) => status === "succeeded").length;
    return [
      plannerOf(row).padEnd(18),
      state.status.padEnd(9),
      `${done}/${steps.length}`.padStart(5),
      seconds((state.finishedAt ?? 0) - state.createdAt).padStart(7),
      first(calls).padStart(7),
      speed(calls).padStart(7),
      String(calls.length).padStart(5),
      told(calls, ({ inputTokens }) => inputTokens).padStart(7),
      told(calls, ({ cachedTokens }) => cachedTokens).padStart(7),
      wrote(row).padEnd(8),
      words.length > 48 ? `${words.slice(0, 45)}...` : words,
    ].join("  ");
  });
  const counts = Map.groupBy(rows, plannerOf);
  const sums = [...counts].map(([planner, of]) => `${planner} ${of.length}`).join(", ");
  const head =
    "planned by          run        steps  seconds  first s  token/s  calls  prompt   cached  answer    request";
  return [`\n${title}`, `plans of ${rows.length}: ${sums}`, head, ...lines, ""].join("\n");
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(1);

/** Until the first call's first piece. */
function first([call]: readonly SeenCall[]): string {
  return call?.firstAt === undefined ? "-" : seconds(call.firstAt - call.startedAt);
}

/** Tokens written a second, once writing had begun. */
function speed(calls: readonly SeenCall[]): string {
  const whole = calls.filter(({ outputTokens, endedAt, firstAt }) => outputTokens && endedAt && firstAt);
  const tokens = whole.reduce((sum, { outputTokens = 0 }) => sum + outputTokens, 0);
  const time = whole.reduce((sum, { endedAt = 0, firstAt = 0 }) => sum + endedAt - firstAt, 0);
  return time > 0 ? ((tokens * 1000) / time).toFixed(0) : "-";
}

/** A count of the first call, which is the plan's. */
function told([call]: readonly SeenCall[], count: (call: SeenCall) => number | undefined): string {
  return String((call && count(call)) ?? "-");
}

/** Whose words the answer is, where there is something to tell. */
function wrote({ report: { state } }: Row): string {
  if (![...state.nodes.values()].some(({ spec, status }) => spec.kind === "task" && status === "succeeded")) return "-";
  const notes = state.notes.filter(({ nodeId }) => nodeId === "answer").map(({ text }) => text);
  if (notes.some((text) => text.includes("recorded words"))) return "recorded";
  return notes.length > 0 ? "mended" : "model";
}
