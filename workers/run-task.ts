/** Executes a task node: load its inputs, run its expert, keep its outputs; or take the result of an earlier such call. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { TuttiError } from "../src/errors.ts";
import type { ExpertRunner, RegisteredSetup } from "../src/ports/expert-runner.ts";
import type { ExpertEntry, Registry } from "../src/registry/registry.ts";
import type { ChosenExpert, Usage } from "../src/run/events.ts";
import { resolveInputs } from "../src/run/resolve-inputs.ts";
import type { NodeState, RunState } from "../src/run/state.ts";
import type { Value } from "../src/run/value.ts";
import { loadInputs } from "./load-inputs.ts";
import { recall, remember, resultKey, type ReuseDependencies } from "./reuse-results.ts";
import { shareOfTime, withinShare } from "./share-time.ts";
import { storeOutputs } from "./store-outputs.ts";

export interface TaskDependencies extends ReuseDependencies {
  readonly registry: Registry;
  readonly runner: ExpertRunner;
  /** How to reach an expert that was registered. */
  readonly setupOf?: ((entry: ExpertEntry) => RegisteredSetup | undefined) | undefined;
  /** Brings the registry up to date. */
  readonly refresh?: (() => Promise<void>) | undefined;
  /** Existing folder for what is made during calls. */
  readonly scratchRoot: string;
}

export interface NodeResult {
  readonly outputs: Readonly<Record<string, Value>>;
  readonly usage: Usage;
}

/**
 * A version that was registered a moment ago may not have come to this process yet.
 * @throws TuttiError `expert-unavailable`
 */
async function entryOf({ registry, refresh }: TaskDependencies, chosen: ChosenExpert): Promise<ExpertEntry> {
  if (!registry.find(chosen)) await refresh?.();
  const entry = registry.find(chosen);
  if (entry && entry.unavailable === undefined) return entry;
  const why = entry?.unavailable ?? `this worker knows no expert ${chosen.id} in version ${chosen.version}`;
  throw new TuttiError("expert-unavailable", why);
}

/** Of this process, so that each has a folder of its own. */
let calls = 0;

/** @throws TuttiError with the code that decides about a retry */
export async function runTask(
  deps: TaskDependencies,
  state: RunState,
  node: NodeState,
  signal: AbortSignal,
): Promise<NodeResult> {
  const { assets, registry, runner, scratchRoot } = deps;
  const { tenant, runId, request } = state;
  const nodeId = node.spec.id;
  const task = registry.task(node.spec.task);
  const chosen = node.experts[node.expertIndex];
  if (!task || !chosen) throw new TuttiError("unknown-task", `this worker does not know the task ${node.spec.task}`);
  const entry = await entryOf(deps, chosen);
  const expert = entry.card;

  const call = { tenant, task, expert, inputs: resolveInputs(state, node) };
  const key = await resultKey(deps, call);
  if (key !== undefined && request.options.reuse !== false) {
    const recorded = await recall(deps, key, call);
    if (recorded) return { outputs: recorded, usage: { reused: true, runMs: 0 } };
  }

  calls += 1;
  const scratch = join(scratchRoot, `call-${calls}`);
  try {
    const loaded = await loadInputs(assets, tenant, call.inputs);
    try {
      const registered = deps.setupOf?.(entry);
      const share = shareOfTime(state, node, expert, Date.now());
      const result = await withinShare(expert, share, signal, (limited) =>
        runner.run({ expert, registered, inputs: loaded.inputs, scratch, signal: limited }),
      );
      const outputs = await storeOutputs(task, result.outputs, { assets, tenant, scratch, runId, nodeId });
      // Also where the request wants nothing reused: what was just computed is as good for others as any result.
      if (key !== undefined) await remember(deps, key, outputs);
      return { outputs, usage: result.usage };
    } finally {
      await loaded.release();
    }
  } finally {
    await removeScratch(scratch);
  }
}

/**
 * Most experts make no files, and looking costs less than removing what is not there. What can't be removed now is removed
 * with the whole folder; it is no reason to lose a result.
 */
async function removeScratch(folder: string): Promise<void> {
  if (existsSync(folder)) await rm(folder, { recursive: true, force: true, maxRetries: 2 }).catch(() => {});
}
