import { z } from "zod";

export interface ModelTraits {
  readonly seesImages?: boolean | undefined;
  readonly contextTokens?: number | undefined;
}

const PROBE_MS = 2000;

const ollamaSchema = z.object({
  capabilities: z.array(z.string()).optional(),
  model_info: z.record(z.string(), z.unknown()).optional(),
});

/** What Ollama says of an installed model; nothing where it does not answer, which the first call will tell better. */
export async function probeOllama(url: string, model: string): Promise<ModelTraits> {
  const told = await ask(new URL("/api/show", url), { method: "POST", body: JSON.stringify({ model }) }, ollamaSchema);
  const length = Object.entries(told?.model_info ?? {}).find(([key]) => key.endsWith(".context_length"))?.[1];
  return {
    seesImages: told?.capabilities?.includes("vision"),
    contextTokens: typeof length === "number" ? length : undefined,
  };
}

const modelsSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      max_model_len: z.number().optional(),
      context_length: z.number().optional(),
      meta: z.object({ n_ctx: z.number().optional() }).nullish(),
    }),
  ),
});

/** What an OpenAI-compatible server says of a model's context: vLLM, OpenRouter and llama.cpp have a word each. */
export async function probeCompatible(url: string, model: string, key: string | undefined): Promise<ModelTraits> {
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const told = await ask(new URL(`${url}/models`), { headers }, modelsSchema);
  const found = told?.data.find(({ id }) => id === model);
  return { contextTokens: found?.max_model_len ?? found?.context_length ?? found?.meta?.n_ctx };
}

async function ask<T>(url: URL, init: RequestInit, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(PROBE_MS) });
    return response.ok ? schema.safeParse(await response.json()).data : undefined;
  } catch {
    return undefined;
  }
}
