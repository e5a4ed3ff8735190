/** Sees every call of a language model that this process makes, as LangChain's tracing would. */
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { registerConfigureHook } from "@langchain/core/context";
import type { LLMResult } from "@langchain/core/outputs";
import { z } from "zod";

export interface SeenCall {
  /** Held to a JSON Schema, or at least to JSON, while it is written. */
  readonly constrained: boolean;
  readonly startedAt: number;
  firstAt?: number;
  endedAt?: number;
  /** What it wrote. */
  text: string;
  pieces: number;
  inputTokens?: number | undefined;
  cachedTokens?: number | undefined;
  outputTokens?: number | undefined;
  /** The model's own word for why it ended. */
  ending?: string | undefined;
  error?: string;
}

const SWITCH = "TUTTI_TEST_WATCH_CALLS";

const parametersSchema = z.object({
  invocation_params: z
    .object({ schema: z.unknown().optional(), response_format: z.unknown().optional() })
    .optional()
    .catch(undefined),
});

const endSchema = z.object({
  message: z.object({
    response_metadata: z.object({ finish_reason: z.string().optional() }).optional(),
    usage_metadata: z
      .object({
        input_tokens: z.number(),
        output_tokens: z.number(),
        input_token_details: z.object({ cache_read: z.number().optional() }).optional(),
      })
      .optional(),
  }),
});

export interface Watcher {
  /** To be called where the calls come from: LangChain's list of who is told belongs to the asynchronous context. */
  here(): void;
  /** Since the last `take`. */
  readonly calls: readonly SeenCall[];
  /** Hands over what was seen, and begins anew. */
  take(): SeenCall[];
  /** Resolves when the next call starts, or has written its first piece. */
  next(moment: "start" | "first piece"): Promise<SeenCall>;
}

export function watchCalls(): Watcher {
  let calls: SeenCall[] = [];
  let waiting: { readonly moment: string; readonly give: (call: SeenCall) => void }[] = [];
  const byRun = new Map<string, SeenCall>();

  function tell(moment: "start" | "first piece", call: SeenCall): void {
    for (const one of waiting) if (one.moment === moment) one.give(call);
    waiting = waiting.filter((one) => one.moment !== moment);
  }

  class Handler extends BaseCallbackHandler {
    override name = "tutti-test-watch";

    override handleChatModelStart(
      ...[, , runId, , parameters]: Parameters<NonNullable<BaseCallbackHandler["handleChatModelStart"]>>
    ): void {
      const { invocation_params: asked } = parametersSchema.parse(parameters ?? {});
      const call: SeenCall = {
        constrained: (asked?.schema ?? asked?.response_format) !== undefined,
        startedAt: performance.now(),
        text: "",
        pieces: 0,
      };
      byRun.set(runId, call);
      calls.push(call);
      tell("start", call);
    }

    override handleLLMNewToken(token: string, _index: unknown, runId: string): void {
      const call = byRun.get(runId);
      if (call === undefined || token === "") return;
      call.text += token;
      call.pieces += 1;
      if (call.firstAt !== undefined) return;
      call.firstAt = performance.now();
      tell("first piece", call);
    }

    override handleLLMEnd(output: LLMResult, runId: string): void {
      const call = byRun.get(runId);
      if (call === undefined) return;
      call.endedAt = performance.now();
      const message = endSchema.safeParse(output.generations[0]?.[0]).data?.message;
      const usage = message?.usage_metadata;
      call.ending = message?.response_metadata?.finish_reason;
      call.inputTokens = usage?.input_tokens;
      call.outputTokens = usage?.output_tokens;
      call.cachedTokens = usage?.input_token_details?.cache_read;
    }

    override handleLLMError(error: unknown, runId: string): void {
      const call = byRun.get(runId);
      if (call === undefined) return;
      call.endedAt = performance.now();
      call.error = String(error);
    }
  }

  process.env[SWITCH] = "true";
  return {
    here() {
      registerConfigureHook({ handlerClass: Handler, envVar: SWITCH, inheritable: true });
    },
    get calls() {
      return calls;
    },
    take() {
      const seen = calls;
      calls = [];
      return seen;
    },
    next(moment) {
      const { promise, resolve } = Promise.withResolvers<SeenCall>();
      waiting.push({ moment, give: resolve });
      return promise;
    },
  };
}
