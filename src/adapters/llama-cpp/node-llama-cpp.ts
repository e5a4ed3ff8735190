import { z } from "zod";
import { TuttiError } from "../../errors.ts";
import { isRecord } from "../../llm/adapt-schema.ts";

/**
 * The parts of node-llama-cpp 3 that are used. Written down here because the package (70 MB and more) is not installed
 * by default, and types must hold without it.
 */
export interface NodeLlamaCpp {
  getLlama(options: LlamaOptions): Promise<Llama>;
  readonly LlamaChat: new (options: { readonly contextSequence: LlamaSequence }) => LlamaChat;
  resolveModelFile(uri: string, options: { directory?: string; download: "auto" | false; cli: false }): Promise<string>;
}

interface LlamaOptions {
  /** Compiling llama.cpp would take minutes and a compiler. */
  readonly build: "never";
  readonly gpu: "auto" | false;
  readonly logLevel: "error";
  readonly progressLogs: false;
}

export interface Llama {
  loadModel(options: { readonly modelPath: string }): Promise<LlamaModel>;
  createGrammar(options: { readonly grammar: string }): Promise<LlamaGrammar>;
  dispose(): Promise<void>;
}

export interface LlamaModel {
  readonly trainContextSize: number;
  readonly tokenizer: LlamaTokenizer;
  createContext(options: {
    readonly contextSize: { readonly max: number };
    readonly sequences: number;
    readonly batchSize: number;
    readonly threads: number;
  }): Promise<LlamaContext>;
}

export interface LlamaContext {
  readonly contextSize: number;
  getSequence(): LlamaSequence;
}

interface TokenCounts {
  readonly usedInputTokens: number;
  readonly usedOutputTokens: number;
}

/** Opaque: told to whatever makes tokens of a text. */
export type LlamaTokenizer = (text: string) => readonly LlamaToken[];

export type LlamaToken = number;

export interface LlamaSequence {
  readonly contextSize: number;
  /** How many tokens it holds evaluated. */
  readonly nextTokenIndex: number;
  /** Forgets what follows the first difference; without `allowShift`, nothing is evaluated. */
  adaptStateToTokens(tokens: readonly LlamaToken[], allowShift: boolean): Promise<void>;
  /** Adds to what it holds. */
  evaluateWithoutGeneratingNewTokens(tokens: readonly LlamaToken[]): Promise<void>;
  readonly tokenMeter: { getState(): TokenCounts; diff(before: TokenCounts): TokenCounts };
}

/** Opaque: made by `createGrammar`, given to `generateResponse`. */
export interface LlamaGrammar {
  readonly grammar: string;
}

export type LlamaTurn =
  | { readonly type: "system" | "user"; readonly text: string }
  | { readonly type: "model"; readonly response: readonly string[] };

export interface LlamaChat {
  readonly chatWrapper: {
    /** The conversation in the words of the model's template. */
    generateContextState(options: { readonly chatHistory: readonly LlamaTurn[] }): {
      readonly contextText: { tokenize(tokenizer: LlamaTokenizer): readonly LlamaToken[] };
    };
  };
  generateResponse(
    history: readonly LlamaTurn[],
    options: {
      readonly grammar?: LlamaGrammar;
      readonly signal: AbortSignal;
      readonly temperature: number;
      readonly maxTokens: number;
      readonly onTextChunk: (text: string) => void;
      readonly budgets: { readonly thoughtTokens: number };
    },
  ): Promise<{ readonly metadata: { readonly stopReason: string } }>;
}

const packageSchema = z.custom<NodeLlamaCpp>(
  (found) =>
    isRecord(found) && ["getLlama", "LlamaChat", "resolveModelFile"].every((part) => typeof found[part] === "function"),
);

// In a variable, so that the compiler does not look for a package that most have not.
const PACKAGE: string = "node-llama-cpp";

/** @throws TuttiError `llm-unavailable` where the package is missing, with what to run */
export async function loadNodeLlamaCpp(load: () => Promise<unknown> = () => import(PACKAGE)): Promise<NodeLlamaCpp> {
  const found: unknown = await load().catch((error: unknown) => {
    const missing =
      isRecord(error) && (error["code"] === "ERR_MODULE_NOT_FOUND" || error["code"] === "MODULE_NOT_FOUND");
    throw new TuttiError(
      "llm-unavailable",
      missing
        ? "a llama-cpp model needs a package that is not installed: npm install --no-save node-llama-cpp"
        : "node-llama-cpp can't be loaded on this machine: npm install --no-save node-llama-cpp, or use another model",
      { cause: error },
    );
  });
  const parsed = packageSchema.safeParse(found);
  if (parsed.success) return parsed.data;
  throw new TuttiError(
    "llm-unavailable",
    "this node-llama-cpp is of another version: npm install --no-save node-llama-cpp@3",
  );
}
