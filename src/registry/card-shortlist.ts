/** The few experts of a crowd that a step may mean: by words and meaning, with vectors that outlive the process. */
import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Embedder } from "../ports/embedder.ts";
import { CardIndex, type CardRequest, type ShortlistedCard } from "./card-index.ts";
import type { ExpertCard } from "./expert-card.ts";
import { nameOf } from "./expert-name.ts";
import { embeddedText } from "./index/card-text.ts";
import { packVector } from "./index/packed-vector.ts";
import { VectorFile } from "./index/vector-file.ts";

export interface CardShortlistOptions {
  /** Left out: cards are found by their words alone. */
  readonly embedder?: Embedder | undefined;
  /** Of the embedder's vectors. @default 512 */
  readonly dimensions?: number | undefined;
  /** Where vectors are kept; its folder is made. Left out: nowhere. */
  readonly file?: string | undefined;
  /** What could not be embedded or kept is found by its words, and embedded when the next card comes. */
  readonly onError?: ((error: unknown, what: string) => void) | undefined;
}

/** Texts embedded at a time. */
const BATCH = 32;
/** Batches after which vectors are written down. */
const BATCHES_KEPT = 8;

export class CardShortlist {
  readonly #options: CardShortlistOptions;
  readonly #index: CardIndex;
  readonly #file: VectorFile | undefined;
  readonly #cards = new Map<string, ExpertCard>();
  /** Texts that are not embedded yet, by the card's name. */
  readonly #missing = new Map<string, string>();
  readonly #closing = new AbortController();
  #embedding: Promise<void> | undefined;

  constructor(options: CardShortlistOptions = {}, file?: VectorFile) {
    this.#options = options;
    this.#index = new CardIndex({ dimensions: options.dimensions });
    this.#file = file;
  }

  static async open(options: CardShortlistOptions): Promise<CardShortlist> {
    const { embedder, file, dimensions = 512 } = options;
    const isKept = embedder !== undefined && file !== undefined;
    const vectors = isKept ? await VectorFile.open(file, { space: embedder.space, dimensions }) : undefined;
    return new CardShortlist(options, vectors);
  }

  /** How many cards have no vector yet. */
  get missing(): number {
    return this.#missing.size;
  }

  /** Takes the place of one of the same name. Found by its words at once, and by its meaning soon. */
  put(card: ExpertCard): void {
    const name = nameOf(card);
    const isKnown = isDeepStrictEqual(this.#cards.get(name), card);
    this.#cards.set(name, card);
    if (isKnown) return;
    const text = embeddedText(card);
    const vector = this.#file?.get(text);
    this.#index.put(card, vector);
    if (vector) this.#missing.delete(name);
    else this.#missing.set(name, text);
    this.#embedSoon();
  }

  /** @param name `id@version` */
  remove(name: string): void {
    this.#cards.delete(name);
    this.#missing.delete(name);
    this.#index.remove(name);
  }

  /** The best first. @throws what `signal` was aborted with */
  async search(request: Omit<CardRequest, "vector">, signal?: AbortSignal): Promise<readonly ShortlistedCard[]> {
    const { embedder, onError } = this.#options;
    try {
      const [vector] = (await embedder?.embed([request.text], signal)) ?? [];
      return this.#index.shortlist({ ...request, vector });
    } catch (error) {
      signal?.throwIfAborted();
      onError?.(error, "embedding a request");
      return this.#index.shortlist(request);
    }
  }

  /** When what can be embedded is, and written down. */
  async embedded(): Promise<void> {
    await this.#embedding;
  }

  /** Stops embedding; what is done is kept. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#embedding;
  }

  #embedSoon(): void {
    const { embedder, onError } = this.#options;
    const { signal } = this.#closing;
    if (!embedder || this.#embedding || this.#missing.size === 0 || signal.aborted) return;
    this.#embedding = this.#embedMissing(embedder, signal)
      .catch((error: unknown) => {
        if (!signal.aborted) onError?.(error, "embedding the cards of experts");
      })
      .finally(() => (this.#embedding = undefined));
  }

  /** Takes hours for 100 000 cards on a CPU: it rests as long as it works, for what people wait for. */
  async #embedMissing(embedder: Embedder, signal: AbortSignal): Promise<void> {
    let rest = 0;
    for (let batches = 1; this.#missing.size > 0; batches++) {
      // At first only until all are here that come together.
      await setTimeout(rest, undefined, { ref: false }).catch(() => {});
      if (signal.aborted) break;
      const started = performance.now();
      await this.#embedSome(embedder, signal);
      rest = performance.now() - started;
      if (batches % BATCHES_KEPT === 0) await this.#file?.flush();
    }
    await this.#file?.flush();
    if (!signal.aborted) await this.#file?.release(this.#cards.values().map(embeddedText));
  }

  async #embedSome(embedder: Embedder, signal: AbortSignal): Promise<void> {
    const batch = [...this.#missing.entries().take(BATCH)];
    const vectors = await embedder.embed(
      batch.map(([, text]) => text),
      signal,
    );
    for (const [at, [name, text]] of batch.entries()) {
      // Meanwhile it may be another card.
      if (this.#missing.get(name) !== text) continue;
      this.#missing.delete(name);
      const vector = packVector(vectors[at] ?? []);
      if (!vector) continue;
      this.#index.setVector(name, vector);
      this.#file?.put(text, vector);
    }
  }
}
