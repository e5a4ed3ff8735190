import type { CallbackManagerForLLMRun } from "@langchain/core/callbacks/manager";
import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BaseChatModelParams,
} from "@langchain/core/language_models/chat_models";
import { AIMessage, AIMessageChunk, type BaseMessage } from "@langchain/core/messages";
import { ChatGenerationChunk, type ChatResult } from "@langchain/core/outputs";
import type { JsonSchema } from "../../ports/language-model.ts";
import type { LlamaEngine } from "./engine.ts";
import type { LlamaTurn } from "./node-llama-cpp.ts";

export interface ChatLlamaCppCallOptions extends BaseChatModelCallOptions {
  /** Decoding is held to this JSON Schema by a grammar. */
  readonly schema?: JsonSchema;
  readonly maxTokens?: number;
  /** @default 0 */
  readonly temperature?: number;
}

interface ChatLlamaCppFields extends BaseChatModelParams {
  readonly engine: LlamaEngine;
  readonly model: string;
}

/** A GGUF in this process as a LangChain chat model, so that callbacks and tracing see it like any other. */
export class ChatLlamaCpp extends BaseChatModel<ChatLlamaCppCallOptions> {
  readonly #engine: LlamaEngine;
  readonly model: string;

  constructor({ engine, model, ...fields }: ChatLlamaCppFields) {
    super(fields);
    this.#engine = engine;
    this.model = model;
  }

  static override lc_name(): string {
    return "ChatLlamaCpp";
  }

  override _llmType(): string {
    return "llama-cpp";
  }

  override invocationParams(options?: this["ParsedCallOptions"]): Record<string, unknown> {
    return {
      model: this.model,
      temperature: options?.temperature ?? 0,
      max_tokens: options?.maxTokens,
      schema: options?.schema,
    };
  }

  override getLsParams(options: this["ParsedCallOptions"]) {
    return { ...super.getLsParams(options), ls_provider: "llama-cpp", ls_model_name: this.model };
  }

  override async _generate(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    let whole: ChatGenerationChunk | undefined;
    // oxlint-disable-next-line no-underscore-dangle -- LangChain's name for what every chat model overrides
    for await (const chunk of this._streamResponseChunks(messages, options, runManager))
      whole = whole?.concat(chunk) ?? chunk;
    const text = whole?.text ?? "";
    return {
      generations: [
        { text, message: new AIMessage({ content: text, response_metadata: whole?.message.response_metadata ?? {} }) },
      ],
    };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const pieces: string[] = [];
    let more = Promise.withResolvers<void>();
    let done = false;
    const generation = this.#engine
      .generate({
        turns: messages.map(turnOf),
        schema: options.schema,
        maxTokens: options.maxTokens,
        temperature: options.temperature ?? 0,
        signal: options.signal ?? new AbortController().signal,
        onText: (text) => {
          pieces.push(text);
          more.resolve();
        },
      })
      .finally(() => {
        done = true;
        more.resolve();
      });
    // Its failure is told below; until then nobody waits for it.
    generation.catch(() => undefined);

    for (;;) {
      await more.promise;
      more = Promise.withResolvers();
      const text = pieces.splice(0).join("");
      if (text !== "") {
        const chunk = new ChatGenerationChunk({ text, message: new AIMessageChunk({ content: text }) });
        yield chunk;
        await runManager?.handleLLMNewToken(text, undefined, undefined, undefined, undefined, { chunk });
      }
      if (done && pieces.length === 0) break;
      if (pieces.length > 0) more.resolve();
    }

    const { ending, usage } = await generation;
    const { inputTokens = 0, outputTokens = 0, cachedTokens = 0 } = usage;
    const last = new AIMessageChunk({ content: "", response_metadata: { finish_reason: ending } });
    // Assigned, because the constructor's type for it comes to nothing under exactOptionalPropertyTypes.
    Object.assign(last, {
      usage_metadata: {
        input_tokens: inputTokens,
        output_tokens: outputTokens,
        total_tokens: inputTokens + outputTokens,
        input_token_details: { cache_read: cachedTokens },
      },
    });
    yield new ChatGenerationChunk({ text: "", message: last });
  }
}

function turnOf(message: BaseMessage): LlamaTurn {
  const type = message.getType();
  if (type === "ai") return { type: "model", response: [message.text] };
  return { type: type === "system" ? "system" : "user", text: message.text };
}
