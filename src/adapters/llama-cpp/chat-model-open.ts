import type { Callbacks } from "@langchain/core/callbacks/manager";
import type { LanguageModel } from "../../ports/language-model.ts";
import { createLangChainModel, type CallLimits } from "../langchain/language-model.ts";
import { createLlamaEngine, type LlamaEngineOptions } from "./engine.ts";

export type LlamaCppOptions = Omit<LlamaEngineOptions, "source" | "contextTokens">;

interface OpenLlamaCppOptions extends CallLimits {
  readonly contextTokens?: number | undefined;
  readonly callbacks?: Callbacks | undefined;
  readonly llamaCpp?: LlamaCppOptions;
}

/** A processor evaluates some dozens of tokens a second, so a long first prompt takes minutes, not seconds. */
const FIRST_TOKEN_MS = 300_000;

const CONTEXT = 8192;

/** A GGUF in this process behind the port; package and file are looked for at the first call. */
export async function openLlamaCpp(source: string, options: OpenLlamaCppOptions): Promise<LanguageModel> {
  const { ChatLlamaCpp } = await import("./chat-model.ts");
  const contextTokens = options.contextTokens ?? CONTEXT;
  const engine = createLlamaEngine({ ...options.llamaCpp, source, contextTokens });
  const model = new ChatLlamaCpp({ engine, model: source });
  return createLangChainModel({
    ...options,
    timeoutMs: options.timeoutMs ?? FIRST_TOKEN_MS,
    stallMs: options.stallMs ?? 60_000,
    name: `llama-cpp:${source}`,
    seesImages: false,
    contextTokens,
    provider: {
      key: undefined,
      keyHint: "a local model needs no key",
      reachHint: "check the path of the GGUF",
      ways: ["schema"],
      markPrefix: false,
      alwaysSaysWhy: true,
      prepare: ({ temperature, maxTokens, schema }) =>
        Promise.resolve({ model, options: { temperature, maxTokens, schema } }),
    },
    close: () => engine.close(),
  });
}
