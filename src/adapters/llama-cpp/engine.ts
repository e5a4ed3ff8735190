import { access } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { TuttiError } from "../../errors.ts";
import { schemaGrammar } from "../../llm/schema-grammar.ts";
import type { JsonSchema, ModelUsage } from "../../ports/language-model.ts";
import { doesNotFit, readPrompt, STEP, type Place } from "./read-prompt.ts";
import { createSlots } from "./slots.ts";
import { loadNodeLlamaCpp, type Llama, type LlamaGrammar, type LlamaTurn } from "./node-llama-cpp.ts";

export interface LlamaEngineOptions {
  /** A path of a GGUF, or an `hf:` or `https:` URI. */
  readonly source: string;
  /** Where downloads of URIs lie. @default node-llama-cpp's own folder */
  readonly modelsFolder?: string | undefined;
  /** Whether a URI whose file is not there may be downloaded. @default false */
  readonly download?: boolean | undefined;
  /** Tokens of prompt and answer at most; less where memory or the model do not allow it. @default 8192 */
  readonly contextTokens?: number | undefined;
  /** Prompts evaluated side by side, each with its own remembered prefix. @default 2 */
  readonly sequences?: number | undefined;
  /** @default one less than there are processors */
  readonly threads?: number | undefined;
  /** @default whatever GPU is there */
  readonly gpu?: boolean | undefined;
  /** Where the package comes from, for those who have it elsewhere. */
  readonly load?: (() => Promise<unknown>) | undefined;
}

export interface Generation {
  readonly turns: readonly LlamaTurn[];
  readonly schema?: JsonSchema | undefined;
  readonly maxTokens?: number | undefined;
  readonly temperature: number;
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
}

export interface LlamaEngine {
  /** Ends when the answer does; `ending` is llama.cpp's word for why. */
  generate(generation: Generation): Promise<{ readonly ending: string; readonly usage: ModelUsage }>;
  close(): Promise<void>;
}

const GRAMMARS_KEPT = 20;

/** A GGUF in this process, loaded at the first call. llama.cpp's threads are its own: the event loop stays free. */
export function createLlamaEngine(options: LlamaEngineOptions): LlamaEngine {
  const grammars = new Map<string, Promise<LlamaGrammar>>();
  /** Canceled generations that have not stopped yet: one token more, or one step of the prompt. */
  const stopping = new Set<Promise<void>>();
  let opened: ReturnType<typeof open> | undefined;

  async function open() {
    const runtime = await loadNodeLlamaCpp(options.load);
    const modelPath = await locate(options, (uri, how) => runtime.resolveModelFile(uri, how));
    const llama = await runtime.getLlama({
      build: "never",
      gpu: options.gpu === false ? false : "auto",
      logLevel: "error",
      progressLogs: false,
    });
    try {
      const model = await llama.loadModel({ modelPath });
      const context = await model.createContext({
        contextSize: { max: Math.min(options.contextTokens ?? 8192, model.trainContextSize) },
        sequences: options.sequences ?? 2,
        batchSize: STEP,
        threads: options.threads ?? spareOne(),
      });
      const places = Array.from({ length: options.sequences ?? 2 }, (): Place => {
        const sequence = context.getSequence();
        const chat = new runtime.LlamaChat({ contextSequence: sequence });
        return { chat, sequence, tokenizer: model.tokenizer };
      });
      return { llama, slots: createSlots(places) };
    } catch (error) {
      await llama.dispose();
      throw new TuttiError(
        "llm-unavailable",
        `${options.source} can't be loaded as a GGUF; check the file: ${String(error)}`,
        { cause: error },
      );
    }
  }

  /** A failed load is tried again by the next call: the file or the package may have come. */
  function ready(): ReturnType<typeof open> {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  }

  function grammarOf(llama: Llama, schema: JsonSchema): Promise<LlamaGrammar> {
    const key = JSON.stringify(schema);
    const known = grammars.get(key) ?? llama.createGrammar({ grammar: schemaGrammar(schema) });
    if (grammars.size >= GRAMMARS_KEPT) grammars.clear();
    grammars.set(key, known);
    return known;
  }

  return {
    async generate({ turns, schema, maxTokens, temperature, signal, onText }) {
      const { llama, slots } = await ready();
      const grammar = schema === undefined ? undefined : await grammarOf(llama, schema);
      const prompt = promptText(turns);
      // Cheaper than to evaluate the prefix again on another sequence.
      await Promise.all(stopping);
      const slot = await slots.take(prompt, signal);
      const { chat, sequence } = slot.value;
      const before = sequence.tokenMeter.getState();
      const stopped = Promise.withResolvers<void>();
      const noteAbort = () => {
        stopping.add(stopped.promise);
      };
      signal.addEventListener("abort", noteAbort, { once: true });
      try {
        const asked: readonly LlamaTurn[] = [...turns, { type: "model", response: [] }];
        const room = await readPrompt(slot.value, asked, signal);
        const { metadata } = await chat.generateResponse(asked, {
          ...(grammar === undefined ? {} : { grammar }),
          maxTokens: Math.min(maxTokens ?? room, room),
          signal,
          temperature,
          onTextChunk: onText,
          // A thought of a small model costs a minute and helps little; the answer is wanted.
          budgets: { thoughtTokens: 0 },
        });
        if (metadata.stopReason === "maxTokens" && room < (maxTokens ?? Number.POSITIVE_INFINITY)) throw doesNotFit();
        const used = sequence.tokenMeter.diff(before);
        const inputTokens = Math.max(sequence.nextTokenIndex - used.usedOutputTokens, used.usedInputTokens);
        const usage = {
          inputTokens,
          cachedTokens: inputTokens - used.usedInputTokens,
          outputTokens: used.usedOutputTokens,
        };
        return { ending: metadata.stopReason, usage };
      } finally {
        signal.removeEventListener("abort", noteAbort);
        slots.release(slot, prompt);
        stopping.delete(stopped.promise);
        stopped.resolve();
      }
    },
    async close() {
      const { llama } = (await opened?.catch(() => undefined)) ?? {};
      opened = undefined;
      grammars.clear();
      await llama?.dispose();
    },
  };
}

/**
 * llama.cpp's threads spin while they wait for each other: with none to spare, one that is kept from running by the rest
 * of the machine holds up all (measured on two busy processors: 98 s instead of 14 s to the first token of a 135M model).
 */
function spareOne(): number {
  return Math.max(1, availableParallelism() - 1);
}

function promptText(turns: readonly LlamaTurn[]): string {
  return turns.map((turn) => `${turn.type}\n${turn.type === "model" ? turn.response.join("") : turn.text}`).join("\n");
}

type Resolve = (uri: string, options: { directory?: string; download: "auto" | false; cli: false }) => Promise<string>;

async function locate(
  { source, modelsFolder, download = false }: LlamaEngineOptions,
  resolve: Resolve,
): Promise<string> {
  if (!/^(?:hf|https?|huggingface):/u.test(source)) {
    await access(source).catch((error: unknown) => {
      throw new TuttiError("llm-unavailable", `there is no GGUF file at ${source}; check the path`, { cause: error });
    });
    return source;
  }
  try {
    return await resolve(source, {
      ...(modelsFolder === undefined ? {} : { directory: modelsFolder }),
      download: download ? "auto" : false,
      cli: false,
    });
  } catch (error) {
    const advice = download ? "check its name and the network" : "download it first, or give the path of a GGUF";
    throw new TuttiError("llm-unavailable", `the model ${source} is not here; ${advice}`, { cause: error });
  }
}
