/** An openai expert as a worker has it, and what servers of that API send. */
import { openaiProvider } from "../../../../tools/providers/openai/index.ts";
import type { OpenaiSettings } from "../../../../tools/providers/openai/settings.ts";
import type { ConnectedExpert, ProviderSetup } from "../../../../tools/providers/provider.ts";
import type { TaskSpec } from "../../../../src/registry/task-spec.ts";
import type { TokenUsage } from "../../../../src/run/usage.ts";
import type { ExpertContext } from "../../../../tools/define-expert.ts";
import { makeFolder, type Received, type Reply } from "../http/connect-http.ts";

/** Settings as somebody writes them, defaults left out. */
export interface Written {
  readonly task: TaskSpec;
  /** Without `/v1`. */
  readonly url: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly secrets?: Record<string, string>;
  readonly allowHosts?: readonly string[];
  readonly limits?: Partial<ProviderSetup["card"]["limits"]>;
}

export const KEY = "sk-sesame-open-1234";

export function setupOf(written: Written): ProviderSetup<OpenaiSettings> {
  const { task, url, secrets = { apiKey: KEY }, allowHosts = ["127.0.0.1"] } = written;
  const settings = openaiProvider.settings.parse({ baseUrl: `${url}/v1`, model: "tested-1", ...written.settings });
  const { lane, runtime, limits } = openaiProvider.defaults(settings, "openai/tested");
  return {
    card: {
      id: "openai/tested",
      version: "1",
      task: task.id,
      title: "Tested",
      provider: "openai",
      model: openaiProvider.model(settings),
      lane,
      runtime,
      limits: { ...limits, timeoutMs: 20_000, ...written.limits },
      pure: false,
      effects: "none",
      licence: { code: "MIT" },
      quality: "Unknown.",
      merit: 0.5,
    },
    task,
    settings,
    secrets,
    allowHosts,
    environment: { modelsFolder: "/nowhere", offline: false, hubUrl: "http://127.0.0.1:9" },
  };
}

export function connectOpenai(written: Written): ConnectedExpert {
  return openaiProvider.connect(setupOf(written));
}

interface Told extends ExpertContext {
  readonly told: TokenUsage[];
  readonly usage: (usage: TokenUsage) => void;
}

/** Of one call; keeps what it is told of tokens. */
export async function contextOf(signal: AbortSignal = new AbortController().signal): Promise<Told> {
  const told: TokenUsage[] = [];
  return { signal, scratch: await makeFolder(), told, usage: (usage) => void told.push(usage) };
}

/** One call, as a host does it. */
export async function callOpenai(
  written: Written,
  inputs: Record<string, unknown>,
  context?: ExpertContext,
): Promise<Record<string, unknown>> {
  const expert = connectOpenai(written);
  return expert.run(await expert.load(), inputs, context ?? (await contextOf()));
}

/** The error of one call. */
export async function faultOf(written: Written, inputs: Record<string, unknown>): Promise<unknown> {
  return callOpenai(written, inputs).then(
    (outputs) => new Error(`it worked: ${JSON.stringify(outputs)}`),
    (error: unknown) => error,
  );
}

/** A whole chat completion. */
export function completion(content: unknown, more: Readonly<Record<string, unknown>> = {}): Reply {
  return {
    body: {
      id: "chatcmpl-1",
      object: "chat.completion",
      choices: [{ index: 0, message: { role: "assistant", content, refusal: null }, finish_reason: "stop", ...more }],
      usage: { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 },
    },
  };
}

/** The same as a stream, a piece for each. */
export function streamed(pieces: readonly string[], end = "data: [DONE]\n\n"): Reply {
  const chunks = [
    { choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }] },
    ...pieces.map((content) => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })),
    { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
    {
      choices: [],
      usage: { prompt_tokens: 12, completion_tokens: pieces.length, prompt_tokens_details: { cached_tokens: 8 } },
    },
  ];
  const body = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("") + end;
  return { headers: { "content-type": "text/event-stream; charset=utf-8" }, body };
}

/** An error as OpenAI tells it. */
export function refusal(status: number, message: string, more: Readonly<Record<string, unknown>> = {}): Reply {
  return { status, body: { error: { message, type: "invalid_request_error", param: null, code: null, ...more } } };
}

/** Of a request, its JSON. */
export function sentIn(received: Received | undefined): Record<string, unknown> {
  return JSON.parse((received?.body ?? Buffer.alloc(0)).toString()) as Record<string, unknown>;
}

/** What the model is told in a request's last message: its words. */
export function wordsIn(received: Received | undefined): string {
  const { messages } = sentIn(received) as { messages: { content: string | { text?: string }[] }[] };
  const content = messages.at(-1)?.content ?? "";
  return typeof content === "string" ? content : content.map(({ text = "" }) => text).join("");
}

export function formIn({ headers, body }: Received): Promise<FormData> {
  return new Response(new Uint8Array(body), { headers: { "content-type": headers["content-type"] ?? "" } }).formData();
}
