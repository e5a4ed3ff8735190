/** What a planner is told, taken from a run's request. */
import type { PlanInput, RequestAsset } from "../ports/planner.ts";
import type { TaskEntry } from "../registry/registry.ts";
import type { Message, RunRequest } from "../run/request.ts";
import type { PlanNode } from "../run/plan-node.ts";

/** Most nodes that one planning may make. */
export const MAX_PLANNED_NODES = 64;
/** Nodes that a request may bring. */
export const MAX_GIVEN_NODES = 500;

export function planInputOf(
  request: RunRequest,
  tasks: readonly TaskEntry[],
  frozen: readonly PlanNode[] = [],
): PlanInput {
  const { messages } = request;
  const lastUser = messages.findLastIndex((message) => message.role === "user");
  const last = messages[lastUser];
  return {
    text: last ? wordsOf(last) : "",
    history: messages
      .slice(0, Math.max(0, lastUser))
      .map((message) => ({ role: message.role, text: wordsOf(message) })),
    assets: requestAssets(messages),
    tasks,
    frozen,
    maxNodes: request.plan ? MAX_GIVEN_NODES : MAX_PLANNED_NODES,
  };
}

function wordsOf({ content }: Message): string {
  return content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}

/** Every asset once, with a handle that counts within its kind: `image-1`, `image-2`, `audio-1`. */
export function requestAssets(messages: readonly Message[]): RequestAsset[] {
  const found = new Map<string, RequestAsset>();
  const counts = new Map<string, number>();
  for (const part of messages.flatMap((message) => message.content)) {
    if (part.type !== "asset" || found.has(part.asset)) continue;
    const count = (counts.get(part.kind) ?? 0) + 1;
    counts.set(part.kind, count);
    found.set(part.asset, {
      handle: `${part.kind}-${count}`,
      asset: part.asset,
      type: part.kind,
      ...(part.name === undefined ? {} : { name: part.name }),
    });
  }
  return [...found.values()];
}
