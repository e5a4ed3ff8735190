/** Calls an expert as the host does: settings parsed, connected, loaded, run. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProviderEnvironment, ProviderSetup } from "../../../../src/registry/provider-setup.ts";
import type { TaskSpec } from "../../../../src/registry/task-spec.ts";
import type { ExpertContext, InputFile } from "../../../../tools/define-expert.ts";
import { connectTransformers } from "../../../../tools/providers/transformers/index.ts";
import {
  transformersSettingsSchema,
  type TransformersSettings,
} from "../../../../tools/providers/transformers/settings.ts";
import { knownTasks } from "../../../../tools/tasks/index.ts";

export function taskOf(id: string): TaskSpec {
  const task = knownTasks.find((one) => one.id === id);
  if (!task) throw new Error(`there is no task ${id}`);
  return task;
}

/** Nothing listens on port 9 of this machine. */
export const noHub: ProviderEnvironment = { modelsFolder: tmpdir(), offline: true, hubUrl: "http://127.0.0.1:9" };

export function setupFor(
  taskId: string,
  settings: Readonly<Record<string, unknown>>,
  more: Partial<ProviderSetup> = {},
): ProviderSetup<TransformersSettings> {
  const task = taskOf(taskId);
  return {
    card: {
      id: "test/expert",
      version: "1",
      task: taskId,
      title: "Test",
      provider: "transformers",
      model: "test",
      lane: "cpu",
      runtime: "transformers",
      limits: { timeoutMs: 60_000, concurrency: 1, memoryMiB: 100 },
      pure: true,
      effects: "none",
      licence: { code: "MIT" },
      quality: "",
      merit: 0.5,
    },
    task,
    secrets: {},
    allowHosts: [],
    environment: noHub,
    ...more,
    settings: transformersSettingsSchema.parse(settings),
  };
}

export interface Caller {
  readonly run: (inputs: Record<string, unknown>, signal?: AbortSignal) => Promise<Record<string, unknown>>;
  readonly runBatch: (
    inputs: readonly Record<string, unknown>[],
    signals?: readonly AbortSignal[],
  ) => Promise<readonly (Record<string, unknown> | Error)[]>;
  readonly close: () => Promise<void>;
  readonly told: readonly string[];
}

export async function open(
  taskId: string,
  settings: Readonly<Record<string, unknown>>,
  more: Partial<ProviderSetup> = {},
): Promise<Caller> {
  const told: string[] = [];
  const expert = connectTransformers(setupFor(taskId, settings, more), (message) => told.push(message));
  const model = await expert.load();
  return {
    told,
    run: async (inputs, signal) => expert.run(model, inputs, await contextOf(signal)),
    runBatch: async (inputs, signals = []) => {
      const contexts = await Promise.all(inputs.map((_, at) => contextOf(signals[at])));
      return (await expert.runBatch?.(model, inputs, contexts, new AbortController().signal)) ?? [];
    },
    close: async () => expert.unload?.(model),
  };
}

async function contextOf(signal = new AbortController().signal): Promise<ExpertContext> {
  return { signal, scratch: await mkdtemp(join(tmpdir(), "tutti-test-")) };
}

export function fileAt(path: string, mediaType = "image/png"): InputFile {
  return { path, mediaType, name: path.slice(path.lastIndexOf("/") + 1) };
}
