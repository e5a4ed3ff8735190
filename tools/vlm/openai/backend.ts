/** A vision-language model on a server that speaks OpenAI's chat completions: vLLM, llama.cpp, Ollama, and OpenAI. */
import { z } from "zod";
import { asTuttiError, TuttiError } from "../../../src/errors.ts";
import type { VlmBackend, VlmLimits, VlmRequest } from "../backend.ts";
import { chatMessages } from "./chat-messages.ts";
import { faultOf } from "./faults.ts";
import { readEvents } from "./read-events.ts";

export interface OpenAiVlmOptions {
  /** Up to and with the version, `http://gpu:8000/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  /** The guarded one, with its limits (src/net/as-fetch.ts). */
  readonly fetch: typeof fetch;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** @default 8 pictures of 1568 pixels, 4 megapixels together */
  readonly limits?: Partial<VlmLimits> | undefined;
  /** What this server takes besides, and what it calls otherwise: `{"max_completion_tokens": 512, "max_tokens": null}`. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

const defaultLimits: VlmLimits = { pictures: 8, side: 1568, pixels: 4_000_000 };

const chunkSchema = z.object({
  error: z.unknown().optional(),
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish() }).optional(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }).optional(),
        finish_reason: z.string().nullish(),
      }),
    )
    .optional(),
});

/** Streams; a server that does not stream is read whole. */
export function createOpenAiVlm({ limits, ...options }: OpenAiVlmOptions): VlmBackend {
  return {
    limits: { ...defaultLimits, ...limits },
    generate: (request) => generate(options, request),
  };
}

async function* generate(
  { baseUrl, model, fetch, headers, extra }: Omit<OpenAiVlmOptions, "limits">,
  request: VlmRequest,
): AsyncGenerator<string> {
  const url = `${baseUrl.replace(/\/+$/, "")}/chat/completions`;
  const { host } = new URL(url);
  const { signal } = request;
  const messages = await chatMessages(request);
  const asked = { model, messages, max_tokens: request.maxTokens, temperature: 0, stream: true, ...extra };
  const body = JSON.stringify(Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== null)));
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream, application/json", ...headers },
      body,
      signal,
    });
    if (!response.ok) throw faultOf(response.status, await response.text(), { host, model });
    if (!response.body) throw new TuttiError("expert-failed", `${host} answered with nothing`, { retryable: true });
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    const events = isStream ? readEvents(response.body) : [await response.text()];
    for await (const event of events) {
      if (event === "[DONE]") return;
      const text = readChunk(event, host, model);
      if (text !== "") yield text;
    }
  } catch (error) {
    if (signal.aborted) throw new TuttiError("canceled", "the step was canceled", { cause: error });
    throw asExpertError(error, host);
  }
}

/** @throws TuttiError for an error in the middle of a stream, a refusal, and what is no chunk */
function readChunk(event: string, host: string, model: string): string {
  const parsed = chunkSchema.safeParse(parseJson(event));
  if (!parsed.success) throw new TuttiError("expert-failed", `${host} answers with something that is no completion`);
  const { error, choices = [] } = parsed.data;
  if (error !== undefined && error !== null) throw faultOf(500, event, { host, model });
  const [choice] = choices;
  if (choice?.finish_reason === "content_filter" || typeof choice?.message?.refusal === "string") {
    throw new TuttiError("expert-failed", `${model} declines to answer`);
  }
  return choice?.delta?.content ?? choice?.message?.content ?? "";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the guarded fetch says of a connection, as it is said of experts. */
function asExpertError(error: unknown, host: string): TuttiError {
  const told = asTuttiError(error, "expert-failed");
  if (told.code !== "fetch-failed" && told.code !== "url-refused") {
    return error instanceof TuttiError
      ? error
      : new TuttiError("expert-failed", `${host}: ${told.message}`, { cause: error, retryable: true });
  }
  const code = told.code === "url-refused" ? "expert-unavailable" : "expert-failed";
  return new TuttiError(code, told.message, { cause: error, retryable: told.code === "fetch-failed" });
}
