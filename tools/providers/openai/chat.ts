/** One chat completion, streamed where the server streams: whoever stops reading stops the model. */
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";
import { isStrictSchema } from "../../../src/llm/adapt-schema.ts";
import type { JsonSchema } from "../../../src/ports/language-model.ts";
import type { TokenUsage } from "../../../src/run/usage.ts";
import { readEvents } from "../../vlm/openai/read-events.ts";
import { fetchFault } from "../remote/faults.ts";
import { parseForeignJson } from "../values/foreign-json.ts";
import type { JsonBody } from "./adapt-body.ts";
import { withExtra } from "./extra.ts";
import type { Call, Server } from "./server.ts";
import type { OpenaiSettings } from "./settings.ts";
import { sortFault } from "./sort-fault.ts";
import { usageIn } from "./usage.ts";

export interface ChatMessage {
  readonly role: "user" | "assistant";
  /** A text, or parts in OpenAI's own shapes. */
  readonly content: string | readonly object[];
}

export interface ChatReply {
  /** Without what the model thought before, where that was sent along. */
  readonly text: string;
  /** Whether it is not whole, since it came to the limit of tokens. */
  readonly isCut: boolean;
}

const wordsSchema = z
  .union([
    z.string(),
    z
      .array(z.object({ text: z.string().optional() }))
      .transform((parts) => parts.map(({ text = "" }) => text).join("")),
  ])
  .nullish();
const messageSchema = z.object({ content: wordsSchema, refusal: z.string().nullish() }).nullish();
const answerSchema = z.object({
  error: z.unknown().optional(),
  choices: z
    .array(z.object({ delta: messageSchema, message: messageSchema, finish_reason: z.string().nullish() }))
    .nullish(),
});

/**
 * @param schema of the answer: sent along, but not every server keeps to it
 * @throws TuttiError
 */
export async function chat(
  server: Server,
  settings: OpenaiSettings,
  { messages, schema }: { readonly messages: readonly ChatMessage[]; readonly schema?: JsonSchema | undefined },
  call: Call,
): Promise<ChatReply> {
  const { temperature, topP, maxTokens, seed } = settings.options;
  const body = withExtra(settings, {
    model: settings.model,
    messages,
    temperature,
    top_p: topP,
    max_tokens: maxTokens,
    seed,
    response_format: schema && formatOf(schema),
    stream: true,
    stream_options: { include_usage: true },
  });
  const streamed = await hear(server, await server.post("chat/completions", body, call));
  // llama-cpp-python ends a stream before it begins where it would have said what is wrong.
  const { stream: _, stream_options: __, ...whole } = body;
  const heard = streamed ?? (await hear(server, await server.post("chat/completions", whole, call)));
  const { text = "", refusal = "", ending = "", usage } = heard ?? {};
  if (usage) call.tell?.(usage);
  if (refusal !== "" || ending === "content_filter") {
    const said = server.redact(refusal).replaceAll(/\s+/g, " ").slice(0, 200);
    throw new TuttiError("expert-failed", `${server.model} declines to answer${said === "" ? "" : `: ${said}`}`);
  }
  return { text: server.redact(withoutThoughts(text)).trim(), isCut: ending === "length" };
}

interface Heard {
  readonly text: string;
  readonly refusal: string;
  readonly ending: string;
  readonly usage: TokenUsage | undefined;
}

/** Undefined where nothing at all was said. */
async function hear(server: Server, response: Response): Promise<Heard | undefined> {
  let heard: Heard | undefined;
  for await (const answer of answersIn(server, response)) {
    const [choice] = answer.choices ?? [];
    const { content, refusal } = choice?.delta ?? choice?.message ?? {};
    heard = {
      text: (heard?.text ?? "") + (content ?? ""),
      refusal: (heard?.refusal ?? "") + (refusal ?? ""),
      ending: choice?.finish_reason ?? heard?.ending ?? "",
      // Some tell it with every piece, each time of all so far.
      usage: usageIn(answer) ?? heard?.usage,
    };
  }
  return heard;
}

type Answer = z.infer<typeof answerSchema>;

/** All at once from servers that don't stream. */
async function* answersIn(server: Server, response: Response): AsyncGenerator<Answer> {
  const { host, model, redact } = server;
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  const events = isStream ? eventsOf(server, response) : [await response.text()];
  for await (const event of events) {
    if (event === "[DONE]") return;
    if (event.trim() === "") continue;
    const raw = parseForeignJson(event, `the answer of ${host}`);
    const parsed = answerSchema.loose().safeParse(raw);
    if (!parsed.success) throw new TuttiError("expert-failed", `${host} answers with something that is no completion`);
    // Some tell of a fault only when they have begun to answer.
    if (parsed.data.error !== undefined && parsed.data.error !== null) {
      throw sortFault({ host, model, redact, status: statusIn(parsed.data.error), said: event });
    }
    yield parsed.data;
  }
}

async function* eventsOf({ host }: Server, { body }: Response): AsyncGenerator<string> {
  try {
    yield* readEvents(body ?? new ReadableStream());
  } catch (error) {
    if (error instanceof RangeError) throw new TuttiError("expert-failed", `${host}: ${error.message}`);
    throw fetchFault(error);
  }
}

function statusIn(error: unknown): number {
  const status = z.object({ code: z.int().min(400).max(599) }).safeParse(error).data?.code;
  return status ?? 500;
}

function formatOf(schema: JsonSchema): JsonBody {
  return {
    type: "json_schema",
    json_schema: { name: "answer", schema, strict: isStrictSchema(schema) },
  };
}

/** Models that think aloud, on servers that don't tell it from the answer. */
function withoutThoughts(text: string): string {
  return text.replace(/^\s*<think>[\s\S]*?(?:<\/think>|$)/, "");
}
