import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { TuttiError } from "../../errors.ts";
import { catchSecondStream } from "./google.ts";
import { closeObjects, isStrictSchema, toGeminiSchema } from "../../llm/adapt-schema.ts";
import type { ModelName, NamedProvider } from "../../llm/parse-model-name.ts";
import type { JsonSchema } from "../../ports/language-model.ts";

/**
 * Ways to hold a model to a schema, the firmest first; a server that refuses one gets the next. `json+schema` is how
 * llama.cpp's servers took one before they knew OpenAI's way, and llama-cpp-python does still.
 */
export type SchemaWay = "schema" | "tool" | "json+schema" | "json" | "words";

/** One call's parameters, in no provider's terms. */
export interface CallParameters {
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
  readonly schema: JsonSchema | undefined;
  readonly way: SchemaWay;
  /** For Ollama, whose package takes no signal. */
  readonly signal: AbortSignal;
}

export interface PreparedCall {
  readonly model: BaseChatModel;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface ProviderKeys {
  readonly openai?: string | undefined;
  readonly anthropic?: string | undefined;
  readonly googleGenai?: string | undefined;
  readonly huggingface?: string | undefined;
  /** Of an OpenAI-compatible server; many want none. */
  readonly compatible?: string | undefined;
}

export interface ProviderOptions {
  readonly keys: ProviderKeys;
  /** Other addresses than the providers' own, for proxies and tests. */
  readonly baseUrls?: Partial<Readonly<Record<NamedProvider, string>>>;
  /** Tokens of prompt and answer that Ollama is to make room for; without it Ollama cuts prompts at 4096 in silence. */
  readonly contextTokens?: number | undefined;
}

/** How one provider is talked to through its LangChain package. */
export interface Provider {
  readonly key: string | undefined;
  readonly keyHint: string;
  readonly reachHint: string;
  readonly ways: readonly SchemaWay[];
  readonly markPrefix: boolean;
  /** Whether a whole answer always ends with a reason; then one without was cut off. */
  readonly alwaysSaysWhy: boolean;
  prepare(call: CallParameters): Promise<PreparedCall>;
}

type HostedName = Exclude<ModelName, { provider: "none" | "llama-cpp" }>;

const HUGGINGFACE_URL = "https://router.huggingface.co/v1";

export function providerOf(name: HostedName, options: ProviderOptions): Provider {
  switch (name.provider) {
    case "openai":
      return openai(name.model, options.keys.openai, options.baseUrls?.openai, {
        variable: "OPENAI_API_KEY",
        reachHint: "check the model's name and the network",
        keyNeeded: true,
        ways: HOSTED_WAYS,
      });
    case "huggingface":
      return openai(name.model, options.keys.huggingface, options.baseUrls?.huggingface ?? HUGGINGFACE_URL, {
        variable: "HF_TOKEN",
        reachHint: "check the model's name and that an inference provider serves it",
        keyNeeded: true,
        ways: HOSTED_WAYS,
      });
    case "openai-compatible":
      return openai(name.model, options.keys.compatible, name.url, {
        variable: "TUTTI_LLM_API_KEY",
        reachHint: `check that the server runs at ${name.url} and has the model ${name.model}`,
        keyNeeded: false,
        ways: ["schema", "json+schema", "json", "words"],
      });
    case "anthropic":
      return anthropic(name.model, options);
    case "google-genai":
      return google(name.model, options);
    case "ollama":
      return ollama(name.model, options);
  }
}

const HOSTED_WAYS: readonly SchemaWay[] = ["schema", "json", "words"];

interface OpenAiTraits {
  readonly variable: string;
  readonly reachHint: string;
  readonly keyNeeded: boolean;
  readonly ways: readonly SchemaWay[];
}

function openai(model: string, key: string | undefined, baseURL: string | undefined, traits: OpenAiTraits): Provider {
  const own = baseURL === undefined;
  return {
    key,
    keyHint: `check ${traits.variable}`,
    reachHint: traits.reachHint,
    ways: traits.ways,
    markPrefix: false,
    alwaysSaysWhy: own,
    async prepare({ temperature, maxTokens, schema, way }) {
      const chat = await initialise("openai", "@langchain/openai", model, {
        // Without a key of its own the package would take OPENAI_API_KEY, and show it to a foreign server.
        apiKey: traits.keyNeeded ? needKey(key, traits.variable) : (key ?? "none"),
        ...(own ? {} : { configuration: { baseURL }, useResponsesApi: false }),
        temperature,
        maxTokens,
      });
      return { model: chat, options: responseFormat(schema, way) };
    },
  };
}

function responseFormat(schema: JsonSchema | undefined, way: SchemaWay): Record<string, unknown> {
  if (schema === undefined || way === "words") return {};
  if (way === "json") return { response_format: { type: "json_object" } };
  if (way === "json+schema") return { response_format: { type: "json_object", schema } };
  // Not strict where the schema has optional properties: OpenAI would refuse it; other servers enforce it either way.
  return {
    response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict: isStrictSchema(schema) } },
  };
}

const TOOL = "answer";

function anthropic(model: string, { keys, baseUrls }: ProviderOptions): Provider {
  return {
    key: keys.anthropic,
    keyHint: "check ANTHROPIC_API_KEY",
    reachHint: "check the model's name and the network",
    ways: ["schema", "tool", "words"],
    markPrefix: true,
    alwaysSaysWhy: true,
    async prepare({ temperature, maxTokens, schema, way }) {
      const chat = await initialise("anthropic", "@langchain/anthropic", model, {
        apiKey: needKey(keys.anthropic, "ANTHROPIC_API_KEY"),
        ...(baseUrls?.anthropic === undefined ? {} : { anthropicApiUrl: baseUrls.anthropic }),
        temperature,
        maxTokens,
      });
      if (schema === undefined || way === "words") return { model: chat, options: {} };
      // Both stream as JSON text: the first as text, a tool's input as pieces of its arguments.
      if (way === "schema")
        return {
          model: chat,
          options: { outputConfig: { format: { type: "json_schema", schema: closeObjects(schema) } } },
        };
      const tool = { name: TOOL, description: "Gives the answer.", input_schema: schema, eager_input_streaming: true };
      return { model: chat, options: { tools: [tool], tool_choice: { type: "tool", name: TOOL } } };
    },
  };
}

function google(model: string, { keys, baseUrls }: ProviderOptions): Provider {
  return {
    key: keys.googleGenai,
    keyHint: "check GOOGLE_API_KEY",
    reachHint: "check the model's name and the network",
    ways: ["schema", "json", "words"],
    markPrefix: false,
    alwaysSaysWhy: true,
    async prepare({ temperature, maxTokens, schema, way }) {
      const responseSchema = schema !== undefined && way === "schema" ? toGeminiSchema(schema) : undefined;
      const chat = await initialise("google-genai", "@langchain/google-genai", model, {
        apiKey: needKey(keys.googleGenai, "GOOGLE_API_KEY"),
        ...(baseUrls?.["google-genai"] === undefined ? {} : { baseUrl: baseUrls["google-genai"] }),
        temperature,
        maxOutputTokens: maxTokens,
        ...(schema !== undefined && way !== "words" ? { json: true } : {}),
      });
      catchSecondStream(chat);
      return { model: chat, options: responseSchema === undefined ? {} : { responseSchema } };
    },
  };
}

/** Ollama's own default of 4096 is less than a plan's prompt; more than this costs memory that few can spare. */
export const OLLAMA_CONTEXT = 16_384;

function ollama(model: string, { baseUrls, contextTokens }: ProviderOptions): Provider {
  return {
    key: undefined,
    keyHint: "check the proxy in front of Ollama",
    reachHint: `check that Ollama runs (ollama serve) and has the model (ollama pull ${model})`,
    ways: ["schema", "json", "words"],
    markPrefix: false,
    alwaysSaysWhy: false,
    async prepare({ temperature, maxTokens, schema, way, signal }) {
      const chat = await initialise("ollama", "@langchain/ollama", model, {
        ...(baseUrls?.ollama === undefined ? {} : { baseUrl: baseUrls.ollama }),
        // The package looks at the signal only when a token comes.
        fetch: (input: string | URL | Request, init: RequestInit = {}) =>
          fetch(input, { ...init, signal: init.signal ? AbortSignal.any([init.signal, signal]) : signal }),
        temperature,
        numPredict: maxTokens,
        numCtx: contextTokens ?? OLLAMA_CONTEXT,
      });
      const format = way === "schema" ? schema : "json";
      return { model: chat, options: schema === undefined || way === "words" ? {} : { format } };
    },
  };
}

function needKey(key: string | undefined, variable: string): string {
  if (key === undefined || key.trim() === "")
    throw new TuttiError("llm-auth", `no key for the language model: set ${variable}`);
  return key;
}

/** LangChain itself retries nothing: it would not know of our limits, nor of the server's wishes. */
async function initialise(
  modelProvider: string,
  packageName: string,
  model: string,
  fields: Record<string, unknown>,
): Promise<BaseChatModel> {
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  try {
    const { initChatModel } = await import("langchain/chat_models/universal");
    const configurable = await initChatModel(model, { modelProvider, maxRetries: 0, ...given });
    // The model within: the wrapper turns each call's options into text to look up a model by, callbacks and all.
    // oxlint-disable-next-line no-underscore-dangle -- LangChain's name for its public way to it
    return await configurable._getModelInstance();
  } catch (error) {
    if (error instanceof TuttiError || !/Unable to import|Cannot find (?:package|module)/u.test(String(error)))
      throw error;
    throw new TuttiError(
      "llm-unavailable",
      `the package of ${modelProvider} is missing: npm install langchain @langchain/core ${packageName}`,
    );
  }
}
