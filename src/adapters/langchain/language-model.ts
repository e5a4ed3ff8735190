import { setTimeout as pause } from "node:timers/promises";
import type { Callbacks } from "@langchain/core/callbacks/manager";
import type { LanguageModel, ModelCall, ModelChunk } from "../../ports/language-model.ts";
import { followAnswer } from "./answer.ts";
import { readFault, type ErrorContext, type ProviderFault } from "./errors.ts";
import { schemaInWords, toLangChain } from "./messages.ts";
import type { Provider, SchemaWay } from "./providers.ts";
import { canceled, watch } from "./watch.ts";

export interface CallLimits {
  /** To the first token, of each attempt, in milliseconds. @default 60_000 */
  readonly timeoutMs?: number | undefined;
  /** Between two tokens, in milliseconds. @default 30_000 */
  readonly stallMs?: number | undefined;
  /** Attempts after the first, on 429, 5xx and network errors, only before the first token. @default 2 */
  readonly maxRetries?: number | undefined;
  /** Wait before the first retry, doubled for each further one, with jitter, in milliseconds. @default 500 */
  readonly backoffMs?: number | undefined;
  /** A provider that wants a longer wait is given up at once, in milliseconds. @default 20_000 */
  readonly maxWaitMs?: number | undefined;
}

export interface LangChainModelOptions extends CallLimits {
  readonly name: string;
  readonly provider: Provider;
  readonly seesImages: boolean;
  readonly contextTokens?: number | undefined;
  /** Beside the ones that LangChain finds by itself (tracing by environment, async context). */
  readonly callbacks?: Callbacks | undefined;
  readonly close?: () => Promise<void>;
}

/** What a server turned out not to take; asked for less from then on. */
interface Concessions {
  readonly way: SchemaWay;
  readonly temperature: boolean;
}

/** Schemas for which a lesser way is remembered. */
const REMEMBERED = 100;

/** A LangChain chat model behind the port: deadlines, retries, typed errors, and lesser demands where a server refuses some. */
export function createLangChainModel(options: LangChainModelOptions): LanguageModel {
  const { name, provider, seesImages, contextTokens } = options;
  const { timeoutMs = 60_000, stallMs = 30_000 } = options;
  const secrets = provider.key === undefined ? [] : [provider.key];
  const context: ErrorContext = { name, keyHint: provider.keyHint, reachHint: provider.reachHint, secrets };
  const learnt = new Map<string, Concessions>();

  async function* attempt(call: ModelCall, { way, temperature }: Concessions): AsyncGenerator<ModelChunk> {
    const guard = watch(call.signal);
    const deadline = performance.now() + timeoutMs;
    const answer = followAnswer(name, call.schema, provider.alwaysSaysWhy);
    let chunks: AsyncIterator<Parameters<typeof answer.take>[0]> | undefined;
    try {
      const isHeld = way === "schema" || way === "tool";
      const addition = call.schema === undefined || isHeld ? undefined : schemaInWords(call.schema);
      const start = async () => {
        const prepared = await provider.prepare({
          temperature: temperature ? (call.temperature ?? 0) : undefined,
          maxTokens: call.maxTokens,
          schema: call.schema,
          way,
          signal: guard.signal,
        });
        const messages = await toLangChain(call.messages, { seesImages, markPrefix: provider.markPrefix, addition });
        return prepared.model.stream(messages, {
          ...prepared.options,
          signal: guard.signal,
          ...(options.callbacks === undefined ? {} : { callbacks: options.callbacks }),
        });
      };
      const opened = await guard.within(start(), timeoutMs, "first token");
      chunks = opened[Symbol.asyncIterator]();
      let begun = false;
      for (;;) {
        const wait = begun ? stallMs : deadline - performance.now();
        const next = await guard.within(chunks.next(), wait, begun ? "further token" : "first token");
        if (next.done === true) break;
        const text = answer.take(next.value);
        if (text === "") continue;
        begun = true;
        yield { type: "text", text };
      }
      const usage = answer.finish();
      if (usage !== undefined) yield { type: "usage", usage };
    } finally {
      guard.end();
      // Not waited for: a package may heed the abort only when its next token comes.
      void Promise.resolve(chunks?.return?.()).catch(() => undefined);
    }
  }

  async function* stream(call: ModelCall): AsyncGenerator<ModelChunk> {
    const key = call.schema === undefined ? "" : JSON.stringify(call.schema);
    let concessions = learnt.get(key) ?? { way: provider.ways[0] ?? "words", temperature: true };
    let retries = 0;
    for (;;) {
      let begun = false;
      try {
        if (call.signal.aborted) throw canceled();
        for await (const chunk of attempt(call, concessions)) {
          begun = true;
          yield chunk;
        }
        // Only now is it sure that the lesser demand was what the server wanted.
        if (learnt.size >= REMEMBERED) learnt.clear();
        learnt.set(key, concessions);
        return;
      } catch (thrown) {
        if (call.signal.aborted) throw canceled();
        const fault = readFault(thrown, context);
        if (begun) throw fault.error;
        const lesser = concede(fault, concessions, call, provider);
        if (lesser === undefined) {
          const wait = waitBefore(fault, retries, options);
          if (wait === undefined) throw fault.error;
          retries += 1;
          await pause(wait, undefined, { signal: call.signal }).catch(() => {
            throw canceled();
          });
        } else concessions = lesser;
      }
    }
  }

  return { name, seesImages, contextTokens, stream, close: options.close ?? (() => Promise.resolve()) };
}

/** What to leave out of the next request after a refusal that nothing else explains. */
function concede(fault: ProviderFault, now: Concessions, call: ModelCall, { ways }: Provider): Concessions | undefined {
  if (fault.error.code !== "llm-unavailable" || !refusesRequest(fault)) return undefined;
  if (now.temperature && /temperature/iu.test(fault.words)) return { ...now, temperature: false };
  const next = ways[ways.indexOf(now.way) + 1];
  return call.schema === undefined || next === undefined ? undefined : { ...now, way: next };
}

/** Some servers call it their own failure when they don't know a parameter (llama-cpp-python: 500). */
function refusesRequest({ status = 0, words }: ProviderFault): boolean {
  return [400, 422, 501].includes(status) || (status >= 500 && /response_format/u.test(words));
}

/** Milliseconds until the next attempt; undefined where there is to be none. */
function waitBefore({ error, mayPass }: ProviderFault, retries: number, limits: CallLimits): number | undefined {
  const { maxRetries = 2, backoffMs = 500, maxWaitMs = 20_000 } = limits;
  if (!mayPass || retries >= maxRetries) return undefined;
  const backoff = backoffMs * 2 ** retries * (0.5 + Math.random() / 2);
  const wait = error.retryAfter === undefined ? Math.min(backoff, maxWaitMs) : error.retryAfter * 1000;
  return wait > maxWaitMs ? undefined : wait;
}
