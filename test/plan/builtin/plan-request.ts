/** Plans a request with the built-in planner and writes the plan as people would on a napkin. */
import { createHash } from "node:crypto";
import { checkPlan } from "../../../src/plan/check-plan.ts";
import { createBuiltinPlanner } from "../../../src/plan/builtin/planner.ts";
import type { CatalogueTask, PlanInput, RequestAsset } from "../../../src/ports/planner.ts";
import type { Binding, PlanNode } from "../../../src/run/plan-node.ts";
import { builtinExperts } from "../../../tools/builtin/index.ts";
import { knownTasks } from "../../../tools/tasks/index.ts";

export interface Planned {
  /** `t2 image-blur(image=a.png, boxes=t1.boxes)`. */
  readonly lines: readonly string[];
  readonly notes: readonly string[];
  readonly nodes: readonly PlanNode[];
  readonly assets: readonly RequestAsset[];
  /** What `checkPlan` has to say. */
  readonly problems: readonly string[];
}

const types = { png: "image", jpg: "image", wav: "audio", mp4: "video", txt: "text", pdf: "document" } as const;

/** Files by name, as they would come with a request: "a.png b.wav". */
export function filesOf(names: string): RequestAsset[] {
  const counts = new Map<string, number>();
  return names
    .split(" ")
    .filter(Boolean)
    .map((name) => {
      const type = types[name.slice(name.lastIndexOf(".") + 1) as keyof typeof types];
      counts.set(type, (counts.get(type) ?? 0) + 1);
      return {
        handle: `${type}-${counts.get(type)}`,
        asset: createHash("sha256").update(name).digest("hex"),
        type,
        name,
      };
    });
}

/** What a fresh clone can do; speech recognition needs a program that npm does not bring. */
const available = new Set<string>(builtinExperts.map(({ task }) => task.id));
available.delete("automatic-speech-recognition");

export const freshTasks: readonly CatalogueTask[] = knownTasks.map((task) =>
  available.has(task.id) ? task : { ...task, unavailable: "No expert does it." },
);

export const wordingPlanner = createBuiltinPlanner();

export async function planRequest(
  text: string,
  names = "",
  { planner = wordingPlanner, ...given }: Partial<PlanInput> & { planner?: typeof wordingPlanner } = {},
): Promise<Planned> {
  const assets = given.assets ?? filesOf(names);
  const input = { text, history: [], assets, tasks: freshTasks, frozen: [], maxNodes: 64, ...given };
  const nodes: PlanNode[] = [];
  const notes: string[] = [];
  for await (const item of planner.plan(input, new AbortController().signal)) {
    if (item.type === "node") nodes.push(item.node);
    else if (item.type === "note") notes.push(item.text);
  }
  const problems = checkPlan([...input.frozen, ...nodes], { tasks: input.tasks, assets }).map(({ message }) => message);
  return { lines: nodes.map((node) => lineOf(node, assets)), notes, nodes, assets, problems };
}

function lineOf({ id, task, inputs, when, each, after }: PlanNode, assets: readonly RequestAsset[]): string {
  const bound = Object.entries(inputs).map(([name, binding]) => `${name}=${written(binding, assets)}`);
  const condition = when ? ` when ${when.from}.${when.output} ${when.op} ${when.value ?? ""}`.trimEnd() : "";
  const mapped = each ? ` each ${written(each.over, assets)}` : "";
  return `${id} ${task}(${bound.join(", ")})${mapped}${condition}${after ? ` after ${after.join(", ")}` : ""}`;
}

function written(binding: Binding, assets: readonly RequestAsset[]): string {
  if ("asset" in binding) return assets.find(({ asset }) => asset === binding.asset)?.name ?? "?";
  if ("from" in binding) return `${binding.from}.${binding.output}`;
  if ("value" in binding) return JSON.stringify("value" in binding.value ? binding.value.value : binding.value);
  if ("item" in binding) return "item";
  if ("list" in binding) return `[${binding.list.map((one) => written(one, assets)).join(", ")}]`;
  const parts = binding.template.map((part) => (typeof part === "string" ? part : `{${written(part, assets)}}`));
  return `"${parts.join("")}"`;
}
