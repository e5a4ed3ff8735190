import { setTimeout as wait } from "node:timers/promises";
import type { LanguageModel, ModelCall, ModelChunk } from "../../src/ports/language-model.ts";
import { TuttiError } from "../../src/errors.ts";

export interface ScriptedModelOptions {
  /** The answer of a call: a text (cut into pieces of about four letters, as tokens are), or the pieces themselves. */
  readonly answers: (call: ModelCall, index: number) => string | readonly string[];
  /** @default as fast as it goes */
  readonly tokensPerSecond?: number;
  readonly name?: string;
  readonly seesImages?: boolean;
  readonly contextTokens?: number;
}

export interface ScriptedModel extends LanguageModel {
  readonly calls: readonly ModelCall[];
  /** When each piece of the latest call was handed out, by `performance.now()`. */
  readonly handedOutAt: readonly number[];
}

/** A language model that says what a test gives it; what `answers` throws is thrown as by a provider. */
export function createScriptedModel(options: ScriptedModelOptions): ScriptedModel {
  const calls: ModelCall[] = [];
  let handedOutAt: number[] = [];

  async function* stream(call: ModelCall): AsyncGenerator<ModelChunk> {
    const index = calls.push(call) - 1;
    const times: number[] = [];
    handedOutAt = times;
    refuseIfCanceled(call.signal);
    const answer = options.answers(call, index);
    const pieces = (typeof answer === "string" ? tokensOf(answer) : answer).slice(0, call.maxTokens);
    const started = performance.now();
    for (const [position, text] of pieces.entries()) {
      await until(started, position, options.tokensPerSecond, call.signal);
      times.push(performance.now());
      yield { type: "text", text };
    }
    refuseIfCanceled(call.signal);
    yield { type: "usage", usage: { inputTokens: tokensOf(textOf(call)).length, outputTokens: pieces.length } };
  }

  return {
    name: options.name ?? "scripted:model",
    seesImages: options.seesImages ?? false,
    contextTokens: options.contextTokens,
    calls,
    get handedOutAt() {
      return handedOutAt;
    },
    stream,
    close: () => Promise.resolve(),
  };
}

/** Waits for the time of a token counted from the start, so that slow consumers and coarse timers do not add up. */
async function until(started: number, position: number, perSecond: number | undefined, signal: AbortSignal) {
  refuseIfCanceled(signal);
  if (perSecond === undefined) return;
  const delay = started + (position * 1000) / perSecond - performance.now();
  if (delay <= 0) return;
  await wait(delay, undefined, { signal }).catch(() => {
    refuseIfCanceled(signal);
  });
}

function refuseIfCanceled(signal: AbortSignal): void {
  if (signal.aborted) throw new TuttiError("canceled", "the call of the language model was canceled");
}

function tokensOf(text: string): string[] {
  return text.match(/[\s\S]{1,4}/gu) ?? [];
}

function textOf({ messages }: ModelCall): string {
  return messages
    .flatMap(({ content }) =>
      typeof content === "string" ? [content] : content.map((part) => (part.type === "text" ? part.text : "")),
    )
    .join("\n");
}
