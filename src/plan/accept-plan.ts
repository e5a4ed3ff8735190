/** Runs a planner and lets through what passes the checks, node by node, as it comes. */
import type { PlanInput, PlanItem, Planner } from "../ports/planner.ts";
import type { PlanNode } from "../run/plan-node.ts";
import { checkNode, type Problem } from "./check-plan.ts";

export type AcceptedItem =
  | Extract<PlanItem, { readonly type: "node" | "note" | "reply" | "usage" }>
  | { readonly type: "refused"; readonly node: PlanNode; readonly problems: readonly Problem[] };

/**
 * @throws TuttiError what the planner throws
 */
export async function* acceptPlan(
  planner: Planner,
  input: PlanInput,
  signal: AbortSignal,
): AsyncGenerator<AcceptedItem> {
  const { tasks, assets, maxNodes } = input;
  const accepted: PlanNode[] = [...input.frozen];
  for await (const item of planner.plan(input, signal)) {
    signal.throwIfAborted();
    if (item.type !== "node") {
      yield item;
      continue;
    }
    // A planner that starts over writes again what had already begun: the recorded node stands.
    if (input.frozen.some((node) => node.id === item.node.id && node.task === item.node.task)) continue;
    const problems = checkNode(item.node, { tasks, assets, maxNodes }, accepted);
    if (problems.length > 0) {
      yield { type: "refused", node: item.node, problems };
      // Whatever follows would be one too many as well, without end where the planner has none.
      if (problems.some(({ code }) => code === "too-many-nodes")) return;
    } else {
      accepted.push(item.node);
      yield item;
    }
  }
  const unused = unusedFiles(input, accepted);
  if (accepted.length > 0 && unused.length > 0) yield { type: "note", text: `No step uses ${unused.join(", ")}.` };
}

/** Files that came with the request, or that its words name, and that nothing is done with: nobody should have to guess. */
function unusedFiles({ assets, history, text }: PlanInput, nodes: readonly PlanNode[]): string[] {
  const used = JSON.stringify(nodes);
  return assets.flatMap(({ asset, name, handle }) => {
    const meant = history.length === 0 || (name !== undefined && text.includes(name));
    return meant && !used.includes(asset) ? [name ?? handle] : [];
  });
}
