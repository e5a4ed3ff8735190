import { TuttiError } from "../../errors.ts";
import type { LlamaChat, LlamaSequence, LlamaTokenizer, LlamaTurn } from "./node-llama-cpp.ts";

/** Prompts are evaluated in steps of so many tokens; an abort is heeded between two. */
export const STEP = 256;

export interface Place {
  readonly chat: LlamaChat;
  readonly sequence: LlamaSequence;
  readonly tokenizer: LlamaTokenizer;
}

/** Tokens that stay free: the package begins to forget when the last one is taken. */
const SPARE = 4;

/**
 * Evaluates a prompt but for its last token, from where it differs from what the sequence holds. To be done before the
 * package generates: by itself it looks at the signal before a prompt and after it, and a long one takes minutes; and of
 * one that is too long it drops the beginning, in silence.
 * @returns how many tokens there is room for in the answer, 1 at least
 * @throws TuttiError `llm-context-length`, and the signal's reason
 */
export async function readPrompt(
  { chat, sequence, tokenizer }: Place,
  turns: readonly LlamaTurn[],
  signal: AbortSignal,
): Promise<number> {
  const { contextText } = chat.chatWrapper.generateContextState({ chatHistory: turns });
  const tokens = contextText.tokenize(tokenizer);
  const room = sequence.contextSize - tokens.length - SPARE;
  if (room < 1) throw doesNotFit();
  const all = tokens.slice(0, -1);
  await sequence.adaptStateToTokens(all, false);
  for (let at = sequence.nextTokenIndex; at < all.length; at += STEP) {
    signal.throwIfAborted();
    await sequence.evaluateWithoutGeneratingNewTokens(all.slice(at, at + STEP));
  }
  signal.throwIfAborted();
  return room;
}

export function doesNotFit(): TuttiError {
  return new TuttiError(
    "llm-context-length",
    "the prompt and its answer do not fit into the model's context; send less, or give it more room",
  );
}
