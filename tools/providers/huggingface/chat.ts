/** Models that chat: text from text, and, as the backend of a vision-language model, text from pictures. */
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";
import type { VlmBackend } from "../../vlm/backend.ts";
import { chatMessages } from "../../vlm/openai/chat-messages.ts";
import { parse } from "../values/decode-data.ts";
import type { HubCall, HubConnection } from "./call.ts";
import type { Library } from "./library.ts";

type Messages = Parameters<Library["chatCompletion"]>[0]["messages"];

const completionSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
});

/** Models that think aloud put it before their answer. */
const thoughts = /^\s*<think>[\s\S]*?<\/think>\s*/;

/** @throws TuttiError `expert-failed` where the model declines or says nothing */
export async function chat(
  { library, target, options, settings }: HubCall,
  messages: Messages,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const found = await library.chatCompletion({ ...extra, ...settings.parameters, ...target, messages }, options);
  const [choice] = parse(completionSchema, found, "the answer").choices;
  if (typeof choice?.message.refusal === "string" || choice?.finish_reason === "content_filter") {
    throw new TuttiError("expert-failed", `${settings.model} declines to answer`);
  }
  const text = (choice?.message.content ?? "").replace(thoughts, "").trim();
  if (text !== "") return text;
  throw new TuttiError("expert-failed", `${settings.model} gave no answer`, { retryable: true });
}

const limits = { pictures: 8, side: 1568, pixels: 4_000_000 };

/** Answers come whole. */
export function chatBackend(library: Library, connection: HubConnection): VlmBackend {
  return {
    limits,
    async *generate(request) {
      const messages = z
        .array(z.custom<Messages[number]>((message) => typeof message === "object"))
        .parse(await chatMessages(request));
      yield await connection.call(library, request.signal, (call) =>
        chat(call, messages, { max_tokens: request.maxTokens, temperature: 0 }),
      );
    },
  };
}
