/** Who plans, chooses and answers: language models where there are any, and the built-in ones beneath them. */
import { TuttiError } from "../errors.ts";
import { createTemplateFuser } from "../fuse/template-fuser.ts";
import { createLlmFuser } from "../fuse/llm/llm-fuser.ts";
import { detectModel } from "../llm/detect-model.ts";
import { formatModelName, parseModelName, type ModelName } from "../llm/parse-model-name.ts";
import { useLlamaRuntime } from "../models/llama-runtime.ts";
import { createBuiltinPlanner } from "../plan/builtin/planner.ts";
import { loadPlanPrompts } from "../plan/llm/load-prompts.ts";
import { createLlmPlanner } from "../plan/llm/planner.ts";
import type { PlanningEvent } from "../plan/llm/planning-event.ts";
import { createSeeingPlanner } from "../plan/llm/seeing-planner.ts";
import type { Embedder } from "../ports/embedder.ts";
import type { Fuser } from "../ports/fuser.ts";
import type { LanguageModel } from "../ports/language-model.ts";
import type { Planner } from "../ports/planner.ts";
import type { Selector } from "../ports/selector.ts";
import { readPrompt } from "../prompts/prompts-folder.ts";
import type { Registry } from "../registry/registry.ts";
import type { ChosenExpert } from "../run/events.ts";
import { createLlmSelector } from "../select/llm/llm-selector.ts";
import type { Config } from "../config.ts";

export interface Minds {
  readonly planner: Planner;
  readonly selector: Selector;
  readonly fuser: Fuser;
  /** For the banner: which language model, and why that one. */
  readonly languageModel: string;
  readonly close: () => Promise<void>;
}

export interface MindsOptions {
  readonly registry: Registry;
  readonly embedder: Embedder;
  /** Orders experts; a language model may then choose among the best. */
  readonly selector: Selector;
  /** Whether an expert fails again and again. */
  readonly isFailing: (expert: ChosenExpert) => boolean;
  /** Whether this process plans and answers. */
  readonly controls: boolean;
  readonly onPlanning: (event: PlanningEvent) => void;
}

interface Chosen {
  readonly name: ModelName;
  readonly why: string;
}

const NONE: Chosen = { name: { provider: "none" }, why: "TUTTI_LLM names one" };

/** @throws TuttiError `misconfigured`, `llm-auth` or `llm-unavailable` where a model that was asked for can't be had */
export async function openMinds(config: Config, options: MindsOptions): Promise<Minds> {
  const { registry, embedder, selector, isFailing, controls, onPlanning } = options;
  const models = new Models(config);
  const { plan, fuse, select, vision } = config.llm;
  const usual = await usualModel(config);
  // First, since whoever opens a model again gets the same one.
  const seeingModel = controls && vision !== undefined ? await models.openSeeing(vision) : undefined;
  const planModel = controls ? await models.open(plan ?? usual.name) : undefined;
  const fuseModel = controls ? await models.open(fuse ?? usual.name) : undefined;
  const selectModel = select === undefined ? undefined : await models.open(select);

  const builtin = createBuiltinPlanner({ embedder });
  const template = createTemplateFuser((id) => registry.task(id));
  const planWith = async (model: LanguageModel, showsPictures = false): Promise<Planner> => {
    const prompts = await loadPlanPrompts();
    return createLlmPlanner({ model, prompts, fallback: builtin, embedder, onEvent: onPlanning, showsPictures });
  };
  const usualPlanner = planModel ? await planWith(planModel) : builtin;
  return {
    planner: seeingModel ? createSeeingPlanner(await planWith(seeingModel, true), usualPlanner) : usualPlanner,
    fuser: fuseModel
      ? createLlmFuser({ model: fuseModel, fallback: template, prompt: await promptOf("fuse") })
      : template,
    selector: selectModel
      ? createLlmSelector({ model: selectModel, base: selector, isFailing, prompt: await promptOf("select") })
      : selector,
    languageModel:
      usual.name.provider === "none" ? `none (${usual.why})` : `${formatModelName(usual.name)} (${usual.why})`,
    close: () => models.close(),
  };
}

/** The model that would plan. @throws TuttiError `misconfigured` where there is none, and as `openMinds` */
export async function openPlanningModel(config: Config): Promise<LanguageModel> {
  const { name, why } = await usualModel(config);
  const model = await new Models(config).open(config.llm.plan ?? name);
  if (model) return model;
  throw new TuttiError("misconfigured", `there is no language model: ${why}`);
}

/** What is asked for, else what this machine offers unasked. */
async function usualModel({ llm }: Config): Promise<Chosen> {
  if (llm.all !== undefined) return { name: parseModelName(llm.all), why: "TUTTI_LLM" };
  const { keys, ollamaUrl } = llm;
  const detected = await detectModel(
    {
      OPENAI_API_KEY: keys.openai,
      ANTHROPIC_API_KEY: keys.anthropic,
      GOOGLE_API_KEY: keys.googleGenai,
      HF_TOKEN: keys.huggingface,
    },
    { ollamaUrl },
  );
  return detected ?? NONE;
}

/** Each model once, however many use it. */
class Models {
  readonly #config: Config;
  readonly #open = new Map<string, Promise<LanguageModel>>();

  constructor(config: Config) {
    this.#config = config;
  }

  /** @throws TuttiError `misconfigured` where the model is not known to see, and as `open` */
  async openSeeing(wanted: string): Promise<LanguageModel | undefined> {
    const name = parseModelName(wanted);
    // Whoever names one to be shown pictures is believed where nobody tells better; Ollama tells, while it runs.
    const model = await this.open(name, { seesImagesIfUnknown: name.provider !== "ollama" });
    if (!model || model.seesImages) return model;
    throw new TuttiError(
      "misconfigured",
      `TUTTI_LLM_VISION=${formatModelName(name)} is not known to see pictures: name a model that does ` +
        `(Ollama must be running to tell; an openai-compatible: one is believed to), or leave it unset`,
    );
  }

  async open(
    wanted: ModelName | string,
    sight: { readonly seesImagesIfUnknown?: boolean } = {},
  ): Promise<LanguageModel | undefined> {
    const name = typeof wanted === "string" ? parseModelName(wanted) : wanted;
    if (name.provider === "none") return undefined;
    const id = formatModelName(name);
    const known = this.#open.get(id);
    if (known) return known;
    const { llm, modelsFolder, offline } = this.#config;
    const baseUrls = llm.ollamaUrl === undefined ? {} : { baseUrls: { ollama: llm.ollamaUrl } };
    // LangChain takes half a second to load: only where there is a model.
    if (name.provider === "llama-cpp") useLlamaRuntime(modelsFolder);
    const opening = import("../adapters/langchain/open.ts").then(({ openLanguageModel }) =>
      openLanguageModel(name, {
        keys: llm.keys,
        ...baseUrls,
        llamaCpp: { modelsFolder, download: !offline },
        ...sight,
      }),
    );
    this.#open.set(id, opening);
    return opening;
  }

  async close(): Promise<void> {
    const models = await Promise.allSettled(this.#open.values());
    for (const model of models) if (model.status === "fulfilled") await model.value.close();
  }
}

async function promptOf(name: string): Promise<string> {
  return (await readPrompt(name, {})).render({});
}
