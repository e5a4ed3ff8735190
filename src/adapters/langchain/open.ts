import type { Callbacks } from "@langchain/core/callbacks/manager";
import { OLLAMA_URL } from "../../llm/detect-model.ts";
import { formatModelName, type ModelName } from "../../llm/parse-model-name.ts";
import type { LanguageModel } from "../../ports/language-model.ts";
import { createLangChainModel, type CallLimits } from "./language-model.ts";
import { openLlamaCpp, type LlamaCppOptions } from "../llama-cpp/chat-model-open.ts";
import { probeCompatible, probeOllama, type ModelTraits } from "./probe.ts";
import { OLLAMA_CONTEXT, providerOf, type Provider, type ProviderOptions } from "./providers.ts";

export interface OpenLanguageModelOptions extends ProviderOptions, CallLimits {
  /** What the model itself does not tell: overrides what is known of it. */
  readonly seesImages?: boolean | undefined;
  /** For models of whom nobody tells whether they see. @default false */
  readonly seesImagesIfUnknown?: boolean | undefined;
  readonly callbacks?: Callbacks | undefined;
  readonly llamaCpp?: LlamaCppOptions;
}

/**
 * Opens a language model through LangChain. Packages are loaded here (0.5 s), so that a missing one is told at once; a
 * GGUF is loaded at its first call.
 * @throws TuttiError `llm-auth` without a key, `llm-unavailable` without the package
 */
export async function openLanguageModel(
  name: Exclude<ModelName, { provider: "none" }>,
  options: OpenLanguageModelOptions,
): Promise<LanguageModel> {
  if (name.provider === "llama-cpp") return openLlamaCpp(name.source, options);
  const provider = providerOf(name, options);
  const traits = await traitsOf(name, provider, options);
  return createLangChainModel({
    ...options,
    name: formatModelName(name),
    provider,
    seesImages: options.seesImages ?? traits.seesImages ?? options.seesImagesIfUnknown ?? false,
    contextTokens: options.contextTokens ?? traits.contextTokens,
  });
}

async function traitsOf(
  name: Exclude<ModelName, { provider: "none" | "llama-cpp" }>,
  provider: Provider,
  options: OpenLanguageModelOptions,
): Promise<ModelTraits> {
  const { model } = await provider.prepare({
    temperature: undefined,
    maxTokens: undefined,
    schema: undefined,
    way: "words",
    signal: new AbortController().signal,
  });
  if (name.provider === "ollama") {
    const traits = await probeOllama(options.baseUrls?.ollama ?? OLLAMA_URL, name.model);
    return { ...traits, contextTokens: Math.min(traits.contextTokens ?? OLLAMA_CONTEXT, OLLAMA_CONTEXT) };
  }
  if (name.provider === "openai-compatible") return probeCompatible(name.url, name.model, options.keys.compatible);
  return { seesImages: model.profile.imageInputs, contextTokens: model.profile.maxInputTokens };
}
