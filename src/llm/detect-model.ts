import { z } from "zod";
import type { ModelName, NamedProvider } from "./parse-model-name.ts";

export interface DetectModelOptions {
  /** @default http://127.0.0.1:11434 */
  readonly ollamaUrl?: string | undefined;
  readonly fetch?: typeof fetch;
  /** How long Ollama may take to answer, in milliseconds. @default 300 */
  readonly timeoutMs?: number;
}

export interface DetectedModel {
  readonly name: ModelName;
  /** For the banner: `OPENAI_API_KEY is set; gpt-4.1-mini is the default there`. */
  readonly why: string;
}

export const OLLAMA_URL = "http://127.0.0.1:11434";

/** Small, quick models that stream, take a JSON schema and see pictures where the provider has such; only defaults. */
const DEFAULTS: readonly (readonly [variable: string, provider: NamedProvider, model: string])[] = [
  ["OPENAI_API_KEY", "openai", "gpt-4.1-mini"],
  ["ANTHROPIC_API_KEY", "anthropic", "claude-haiku-4-5"],
  ["GOOGLE_API_KEY", "google-genai", "gemini-2.5-flash"],
  ["GEMINI_API_KEY", "google-genai", "gemini-2.5-flash"],
  ["HF_TOKEN", "huggingface", "meta-llama/Llama-3.1-8B-Instruct"],
];

/** Above this a model is too slow on most machines to be taken unasked. */
const SIZE_LIMIT_BYTES = 10e9;

const tagsSchema = z.object({
  models: z.array(
    z.object({
      name: z.string().min(1),
      size: z.number().default(0),
      details: z.object({ family: z.string().nullish() }).nullish(),
    }),
  ),
});

/**
 * The language model that this machine offers unasked: a known provider's key, else an Ollama that answers.
 * `environment` is read, never kept; no part of a key is in the result.
 */
export async function detectModel(
  environment: Readonly<Record<string, string | undefined>>,
  options: DetectModelOptions = {},
): Promise<DetectedModel | undefined> {
  for (const [variable, provider, model] of DEFAULTS) {
    if ((environment[variable] ?? "").trim() === "") continue;
    return { name: { provider, model }, why: `${variable} is set; ${model} is the default there` };
  }
  const url = options.ollamaUrl ?? OLLAMA_URL;
  const model = await bestInstalled(url, options.fetch ?? fetch, options.timeoutMs ?? 300);
  return model === undefined
    ? undefined
    : { name: { provider: "ollama", model }, why: `Ollama answers at ${new URL(url).host} and has it installed` };
}

async function bestInstalled(url: string, get: typeof fetch, timeoutMs: number): Promise<string | undefined> {
  try {
    const response = await get(new URL("/api/tags", url), { signal: AbortSignal.timeout(timeoutMs) });
    const tags = tagsSchema.safeParse(response.ok ? await response.json() : undefined);
    if (!tags.success) return undefined;
    const chats = tags.data.models.filter(
      ({ name, details }) => !/embed|bert/iu.test(`${name} ${details?.family ?? ""}`),
    );
    const bySize = chats.toSorted((a, b) => b.size - a.size);
    return (bySize.find(({ size }) => size <= SIZE_LIMIT_BYTES) ?? bySize.at(-1))?.name;
  } catch {
    // No Ollama, or none that is quick enough: then there is no model, which is nothing to complain about.
    return undefined;
  }
}
