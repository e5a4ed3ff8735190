/** What there is to say of one node, as short texts. */
import { durationOf } from "./critical-path.ts";
import type { NodeOrigin, NodeStatus } from "./events.ts";
import { previewBinding, previewCondition, previewInput, previewValue, printable } from "./render-value.ts";
import { resolveInputs } from "./resolve-inputs.ts";
import { isSettled, itemsOf, outputOf, type NodeState, type RunState } from "./state.ts";

/** One character each, all different, none of them wide. */
export const glyphs: Readonly<Record<NodeStatus, string>> = {
  waiting: "·",
  ready: "○",
  running: "●",
  succeeded: "✓",
  failed: "✗",
  skipped: "↷",
  canceled: "⊘",
};

/** Milliseconds below which a part of a step's time is not worth a reader's while. */
const WORTH_TELLING = 50;

/** `0.31 s`, `12.3 s`, `125 s`. */
export function seconds(milliseconds: number): string {
  const value = Math.max(0, milliseconds) / 1000;
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} s`;
}

/** Who wrote it into the plan. */
export function describeOrigin(by: NodeOrigin): string {
  switch (by) {
    case "model":
      return "by the model";
    case "repair":
      return "repaired by the model";
    case "type-gap":
      return "added so that types fit";
    case "fallback":
      return "by the planner beneath";
  }
}

/** How long it took; while it runs, how long it has been at it. */
export function describeTime(node: NodeState, now: number | undefined): string {
  const duration = durationOf(node);
  if (duration !== undefined) return seconds(duration);
  const running = node.status === "running" && now !== undefined && node.startedAt !== undefined;
  return running ? `${seconds(now - (node.startedAt ?? now))} so far` : "";
}

/** What the time went into, and how often it was tried: `(load 0.80 s, run 0.40 s, 2 tries)`. */
export function describeEffort(node: NodeState): string {
  const { failedAttempts, delivery } = node;
  const { queueMs, loadMs, runMs } = node.usage;
  const times = Object.entries({ queue: queueMs, load: loadMs, run: runMs });
  const again = failedAttempts.length > 0;
  const parts = [
    ...times.flatMap(([name, value = 0]) => (value < WORTH_TELLING ? [] : [`${name} ${seconds(value)}`])),
    ...(again ? [isSettled(node) ? `${attemptsOf(node)} tries` : `try ${failedAttempts.length + 1}`] : []),
    ...(delivery > 1 ? [`delivered ${delivery} times`] : []),
  ];
  return parts.length > 0 ? `(${parts.join(", ")})` : "";
}

/** How many attempts got as far as to be started, or to fail. */
export function attemptsOf({ failedAttempts, delivery }: NodeState): number {
  return failedAttempts.length + (delivery > 0 ? 1 : 0);
}

export function expertOf({ expert, experts, expertIndex, spec }: NodeState): string {
  return printable((expert ?? experts[expertIndex])?.id ?? spec.expert ?? "", 40);
}

/** What the node took and gave; before it begins, what the plan says it will take and wait for. */
export function describeData(state: RunState, node: NodeState): string {
  const { spec, startedAt } = node;
  if (startedAt === undefined) return isSettled(node) ? "" : describePlan(state, node);
  const taken = spec.each
    ? [`each of ${describeOver(state, node)}`]
    : Object.values(resolveInputs(state, node)).map(previewInput);
  const given = outputsOf(state, node).map(([, value]) => value);
  if (given.length === 0) return taken.join(", ");
  return `${taken.length > 0 ? `${taken.join(", ")} ` : ""}→ ${given.join(", ")}`;
}

/** Names and previews of what was given. */
export function outputsOf(state: RunState, node: NodeState): [name: string, preview: string][] {
  const sources = node.spec.each ? itemsOf(state, node.spec.id) : [node];
  const names = [...new Set(sources.flatMap(({ outputs }) => Object.keys(outputs)))];
  return names.flatMap((name) => {
    const value = outputOf(state, node.spec.id, name);
    return value ? [[name, previewValue(value)] as [string, string]] : [];
  });
}

function describePlan(state: RunState, { spec }: NodeState): string {
  const { inputs, after = [], when, each } = spec;
  const parts = [
    Object.values(inputs)
      .map((binding) => previewBinding(binding, state))
      .join(", "),
    ...(each ? [`each ${previewBinding(each.over, state)}${each.require === "all" ? " (all)" : ""}`] : []),
    ...(after.length > 0 ? [`after ${after.join(", ")}`] : []),
    ...(when ? [`when ${previewCondition(when)}`] : []),
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

function describeOver(state: RunState, { spec, width = 0 }: NodeState): string {
  const over = spec.each?.over;
  const value = over && "from" in over ? outputOf(state, over.from, over.output) : undefined;
  return value ? previewValue(value) : String(width);
}

/** What went wrong, a line each: attempts that failed, then why the node itself did or was skipped. */
export function describeTrouble({ failedAttempts, error, skip }: NodeState): string[] {
  return [
    ...failedAttempts.map(({ attempt, error: { code, message }, expert }) => {
      const by = expert ? ` by ${printable(expert.id, 40)}` : "";
      return `attempt ${attempt}${by}: ${printable(message)} (${printable(code)})`;
    }),
    ...(error ? [`failed: ${printable(error.message)} (${printable(error.code)})`] : []),
    ...(skip ? [`skipped: ${printable(skip.reason)}`] : []),
  ];
}
