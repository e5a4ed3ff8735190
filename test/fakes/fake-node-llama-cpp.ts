import { setTimeout as wait } from "node:timers/promises";
import type {
  LlamaChat,
  LlamaSequence,
  LlamaTokenizer,
  LlamaTurn,
  NodeLlamaCpp,
} from "../../src/adapters/llama-cpp/node-llama-cpp.ts";

export interface FakeLlamaOptions {
  readonly pieces: readonly string[];
  /** After the pieces, waits for the abort. */
  readonly hangs?: boolean;
  /** Tokens that fit. */
  readonly room?: number;
  /** Told before a part of a prompt is evaluated, how many tokens it has. */
  readonly onRead?: (tokens: number) => void;
}

export interface FakeLlama {
  readonly runtime: NodeLlamaCpp;
  readonly grammars: readonly string[];
  /** Which sequence served which prompt, in order. */
  readonly served: readonly { readonly sequence: number; readonly prompt: string }[];
}

/** Stands for the package where it is not installed: one token is one letter of the prompt; prefixes are kept. */
export function fakeNodeLlamaCpp({
  pieces,
  hangs = false,
  room = 100_000,
  onRead = () => {},
}: FakeLlamaOptions): FakeLlama {
  const grammars: string[] = [];
  const served: { sequence: number; prompt: string }[] = [];
  const numbers = new Map<LlamaSequence, number>();

  class Sequence implements LlamaSequence {
    readonly contextSize = room;
    held = "";
    input = 0;
    output = 0;
    get nextTokenIndex() {
      return this.held.length;
    }
    forget(prompt: string) {
      let same = 0;
      while (same < prompt.length && prompt[same] === this.held[same]) same += 1;
      this.held = this.held.slice(0, same);
    }
    read(text: string) {
      this.input += text.length;
      this.held += text;
    }
    adaptStateToTokens(tokens: readonly number[]) {
      this.forget(String.fromCodePoint(...tokens));
      return Promise.resolve();
    }
    async evaluateWithoutGeneratingNewTokens(tokens: readonly number[]) {
      onRead(tokens.length);
      await wait(1);
      this.read(String.fromCodePoint(...tokens));
    }
    readonly tokenMeter = {
      getState: () => ({ usedInputTokens: this.input, usedOutputTokens: this.output }),
      diff: (before: { usedInputTokens: number; usedOutputTokens: number }) => ({
        usedInputTokens: this.input - before.usedInputTokens,
        usedOutputTokens: this.output - before.usedOutputTokens,
      }),
    };
  }

  class Chat implements LlamaChat {
    readonly chatWrapper = {
      generateContextState: ({ chatHistory }: { readonly chatHistory: readonly LlamaTurn[] }) => ({
        contextText: { tokenize: (tokenizer: LlamaTokenizer) => tokenizer(textOf(chatHistory)) },
      }),
    };
    readonly sequence: Sequence;
    constructor({ contextSequence }: { readonly contextSequence: LlamaSequence }) {
      this.sequence = contextSequence as Sequence;
    }
    async generateResponse(history: readonly LlamaTurn[], options: Parameters<LlamaChat["generateResponse"]>[1]) {
      const prompt = textOf(history);
      served.push({ sequence: numbers.get(this.sequence) ?? -1, prompt });
      if (prompt.length > room) throw new Error("the real one would forget the beginning, in silence");
      this.sequence.forget(prompt);
      this.sequence.read(prompt.slice(this.sequence.held.length));
      const allowed = pieces.slice(0, options.maxTokens);
      for (const piece of allowed) {
        await wait(1);
        options.signal.throwIfAborted();
        options.onTextChunk(piece);
        this.sequence.held += "#";
        this.sequence.output += 1;
      }
      if (hangs) await wait(2 ** 30, undefined, { signal: options.signal });
      return { metadata: { stopReason: allowed.length < pieces.length ? "maxTokens" : "eogToken" } };
    }
  }

  const runtime: NodeLlamaCpp = {
    LlamaChat: Chat,
    resolveModelFile: (uri) => Promise.reject(new Error(`${uri} is not here`)),
    getLlama: () =>
      Promise.resolve({
        createGrammar: ({ grammar }: { grammar: string }) => {
          grammars.push(grammar);
          return Promise.resolve({ grammar });
        },
        dispose: () => Promise.resolve(),
        loadModel: () =>
          Promise.resolve({
            trainContextSize: room,
            tokenizer: (text: string) => Array.from(text, (letter) => letter.codePointAt(0) ?? 0),
            createContext: () =>
              Promise.resolve({
                contextSize: room,
                getSequence: () => {
                  const sequence = new Sequence();
                  numbers.set(sequence, numbers.size);
                  return sequence;
                },
              }),
          }),
      }),
  };
  return { runtime, grammars, served };
}

function textOf(history: readonly LlamaTurn[]): string {
  return history.map((turn) => (turn.type === "model" ? turn.response.join("") : turn.text)).join("|");
}
