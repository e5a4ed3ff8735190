/** Who plans the demo: the language model that is set or found, else the starter pack, else the planner that needs none. */
import { TuttiError } from "../errors.ts";
import { detectModel } from "../llm/detect-model.ts";
import { formatModelName, parseModelName } from "../llm/parse-model-name.ts";
import type { Config, LlmConfig } from "../config.ts";
import { sizeText } from "../models/disk.ts";
import { hasLlamaRuntime, installLlamaRuntime, llamaRuntime, reachLlamaRuntime } from "../models/llama-runtime.ts";
import { sizeOf, starterOf, type LockedModel, type ModelsLock } from "../models/lock-file.ts";
import type { ModelStore } from "../models/model-store.ts";
import { openModelStore, type ModelsSettings } from "../models/open-store.ts";
import { reasonOf, SourceFault } from "../models/source-fault.ts";
import { skippable } from "./demo-skippable.ts";
import { showPull, type Screen } from "./show-pull.ts";

export type DemoSettings = ModelsSettings & Pick<Config, "llm">;

export interface DemoPlannerOptions {
  /** No download, and no pack. */
  readonly lite: boolean;
  readonly lock: ModelsLock;
  /** Takes lines for people. */
  readonly say: (line: string) => void;
  /** Where the progress of downloads is shown. */
  readonly screen: Screen;
}

export interface DemoPlanner {
  readonly llm: LlmConfig;
  /** For people. */
  readonly name: string;
}

/** What is needed to get the pack, and to tell of it. */
interface Pack {
  readonly model: LockedModel;
  readonly store: ModelStore;
  readonly settings: DemoSettings;
  readonly options: DemoPlannerOptions;
}

const BUILTIN = "the built-in planner";

/** Finds or gets a planner; whatever goes wrong with the pack is told in a line, and the built-in planner plans. */
export async function chooseDemoPlanner(settings: DemoSettings, options: DemoPlannerOptions): Promise<DemoPlanner> {
  const { llm } = settings;
  const own = await ownModel(llm);
  if (own !== undefined) return { llm, name: own };
  const withoutModel = { llm: { ...llm, all: "none" }, name: BUILTIN };
  const model = starterOf(options.lock);
  if (model === undefined || options.lite) return withoutModel;
  const store = await openModelStore(settings, options.lock);
  const path = await packPath({ model, store, settings, options });
  if (path === undefined) return withoutModel;
  // It plans and does no more: the answers of so small a model are no better than the built-in ones.
  return {
    llm: { ...withoutModel.llm, plan: `llama-cpp:${path}` },
    name: `${model.title}; a processor takes a minute or more`,
  };
}

/** The model that is set or found, as people are told; undefined where there is none, and none was forbidden. */
async function ownModel({ vision, plan, all, keys, ollamaUrl }: LlmConfig): Promise<string | undefined> {
  const wanted = vision ?? plan ?? all;
  if (wanted !== undefined) return wanted.trim() === "none" ? BUILTIN : formatModelName(parseModelName(wanted));
  const { openai: OPENAI_API_KEY, anthropic: ANTHROPIC_API_KEY, googleGenai: GOOGLE_API_KEY } = keys;
  const given = { OPENAI_API_KEY, ANTHROPIC_API_KEY, GOOGLE_API_KEY, HF_TOKEN: keys.huggingface };
  const found = await detectModel(given, { ollamaUrl });
  return found && `${formatModelName(found.name)} (${found.why})`;
}

/** The path of the pack, ready to be run; undefined, and the reason told, where it can't be had or is skipped. */
async function packPath(pack: Pack): Promise<string | undefined> {
  const { model, options } = pack;
  const what = `${model.title}, ${sizeText(sizeOf(model))}`;
  try {
    return await getPack(pack);
  } catch (error) {
    const isSkipped = error instanceof TuttiError && error.code === "canceled";
    const isFault = error instanceof SourceFault || error instanceof TuttiError;
    if (!isFault) throw error;
    const because = reasonOf(error.cause instanceof SourceFault ? error.cause : error);
    options.say(
      isSkipped
        ? `Skipped; what came is kept, and the next time it goes on from there. Now ${BUILTIN} plans.`
        : `The starter pack (${what}) can't be had from here: ${because}; ${BUILTIN} plans.`,
    );
    return undefined;
  }
}

/** @throws TuttiError or SourceFault where it can't be had, TuttiError `canceled` where it was skipped */
async function getPack({ model, store, settings, options }: Pack): Promise<string> {
  const { modelsFolder, offline } = settings;
  const { say, screen } = options;
  const found = await store.findModel(model.id);
  const isReady = hasLlamaRuntime(modelsFolder);
  if (found && isReady) return found.path;
  if (offline) throw new SourceFault("TUTTI_OFFLINE forbids downloads");
  const place = found ? undefined : await store.reachModel(model.id);
  if (!isReady) await reachLlamaRuntime(new AbortController().signal);

  say("Without a language model of your own, a small one plans. Once, this comes:");
  if (place !== undefined) say(`  ${model.title}: ${sizeText(sizeOf(model))}, ${model.licence}, from ${place}`);
  const { name, licence, size } = llamaRuntime;
  if (!isReady) say(`  ${name}, which runs it: ${size}, ${licence}, from npm's registry`);
  say(`  into ${modelsFolder} (TUTTI_MODELS). Ctrl-C skips it, and so does: npm run demo -- --lite`);

  return skippable(async (signal) => {
    // First, since a pack of half a gigabyte is no use without it.
    if (!isReady) await installRuntime(modelsFolder, signal, say);
    const show = showPull(model.id, screen);
    try {
      return (await store.ensureModel(model.id, { signal, onProgress: show.progress })).path;
    } finally {
      show.end();
    }
  });
}

async function installRuntime(folder: string, signal: AbortSignal, say: (line: string) => void): Promise<void> {
  const startedAt = performance.now();
  say(`${llamaRuntime.name}: installing`);
  try {
    await installLlamaRuntime(folder, signal);
  } catch (error) {
    if (signal.aborted) throw new TuttiError("canceled", "the installation was stopped", { cause: error });
    throw error;
  }
  say(`${llamaRuntime.name}: installed in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
}
