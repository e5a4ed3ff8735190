/** Models that run in the worker's own process, by Transformers.js on ONNX Runtime. */
import { asTuttiError, TuttiError } from "../../../src/errors.ts";
import type { ExpertContext } from "../../define-expert.ts";
import { SYMBOLIC_LABEL } from "../../vlm/symbolic/backend.ts";
import { vlmTasks } from "../../vlm/tasks/index.ts";
import type { ConnectedExpert, Provider, ProviderSetup } from "../provider.ts";
import { probeModel, whyUnavailable } from "./availability.ts";
import { openRunner, type Tell } from "./open-runner.ts";
import type { Inputs, Outputs, Runner } from "./runner.ts";
import { transformersSettingsSchema, type TransformersSettings } from "./settings.ts";
import { transformersTasks } from "./tasks/index.ts";

export const transformersProvider: Provider<TransformersSettings> = {
  id: "transformers",
  settings: transformersSettingsSchema,
  defaults: ({ device }) => ({
    lane: device === "cuda" ? "gpu" : "cpu",
    // One process for all of them: the library and the runtime take 150 MiB by themselves.
    runtime: "transformers",
    // The first call may have to wait for a download of some hundred megabytes; what came stays for the next try.
    limits: { timeoutMs: 600_000, concurrency: 1, memoryMiB: 1000 },
  }),
  model: ({ model, revision, sees }) =>
    `${model}${revision === "main" ? "" : `@${revision}`}${sees === "symbolic" ? ` (${SYMBOLIC_LABEL})` : ""}`,
  connect: (setup) => connectTransformers(setup, tellOperator),
  whyUnavailable: (setup) => whyUnavailable(setup, setup.task.id),
  probe: (setup, signal) => probeModel(setup, setup.task.id, signal),
};

/** @throws TuttiError `bad-input` where no such model does the task */
export function connectTransformers(setup: ProviderSetup<TransformersSettings>, tell: Tell): ConnectedExpert {
  const { task } = setup;
  if (!transformersTasks.has(task.id)) {
    const known = [...transformersTasks].toSorted().join(", ");
    throw new TuttiError("bad-input", `models of Transformers.js don't do ${task.id} here; they do ${known}`);
  }
  if (setup.settings.sees === "symbolic" && !vlmTasks.has(task.id)) {
    const known = [...vlmTasks.keys()].join(", ");
    throw new TuttiError("bad-input", `settings.sees: only ${known} are about pictures that can be told in words`);
  }
  const runners = new WeakMap<object, Runner>();
  const runnerOf = (model: unknown): Runner => {
    const runner = typeof model === "object" && model !== null ? runners.get(model) : undefined;
    if (runner) return runner;
    throw new TuttiError("internal", "this model was not opened here");
  };
  return {
    load: async () => {
      const runner = await openRunner(setup, tell);
      runners.set(runner, runner);
      return runner;
    },
    run: async (model, inputs, context) => runnerOf(model).run(inputs, context),
    runBatch: async (model, inputs, contexts) => {
      const { run, runMany } = runnerOf(model);
      return runMany ? runMany(inputs, contexts) : oneByOne(run, inputs, contexts);
    },
    unload: async (model) => {
      await runnerOf(model).close();
    },
  };
}

async function oneByOne(
  run: Runner["run"],
  inputs: readonly Inputs[],
  contexts: readonly ExpertContext[],
): Promise<(Outputs | Error)[]> {
  const outcomes: (Outputs | Error)[] = [];
  for (const [at, context] of contexts.entries()) {
    try {
      outcomes.push(await run(inputs[at] ?? {}, context));
    } catch (error) {
      outcomes.push(asTuttiError(error, "expert-failed"));
    }
  }
  return outcomes;
}

/** The worker hands on what its hosts write there. */
function tellOperator(message: string): void {
  process.stderr.write(`transformers: ${message}\n`);
}
