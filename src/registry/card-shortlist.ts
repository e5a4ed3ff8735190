/** The card index of a process: in step with its registry, with vectors that outlive it. */
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
  /** What could not be embedded or kept is found by its words, and embedded the next time. */
  readonly onError: (error: unknown, what: string) => void;
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
  #followed: readonly ExpertCard[] = [];

  private constructor(options: CardShortlistOptions, file: VectorFile | undefined) {
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

  /** Takes over which cards there are. The same list again costs nothing. */
  follow(cards: readonly ExpertCard[]): void {
    if (cards === this.#followed) return;
    this.#followed = cards;
    const gone = new Set(this.#cards.keys());
    for (const card of cards) {
      const name = nameOf(card);
      gone.delete(name);
      if (this.#cards.get(name) !== card) this.#put(name, card);
    }
    for (const name of gone) {
      this.#cards.delete(name);
      this.#missing.delete(name);
      this.#index.remove(name);
    }
  }

  /** Embeds what has no vector yet, for as long as it takes: hours for 100 000 cards on a CPU. Until then words serve. */
  async embedMissing(signal: AbortSignal): Promise<void> {
    const { embedder } = this.#options;
    if (!embedder) return;
    try {
      for (let batches = 1; this.#missing.size > 0 && !signal.aborted; batches++) {
        await this.#embedSome(embedder, signal);
        if (batches % BATCHES_KEPT === 0) await this.#file?.flush();
      }
      await this.#file?.flush();
      await this.#file?.release(this.#cards.values().map(embeddedText));
    } catch (error) {
      if (!signal.aborted) this.#options.onError(error, "embedding the cards of experts");
    }
  }

  /** By words alone, unless the vector of the text is given. The best first. */
  find(request: CardRequest): readonly ShortlistedCard[] {
    return this.#index.shortlist(request);
  }

  /** By words and meaning. The best first. @throws what `signal` was aborted with */
  async search(request: Omit<CardRequest, "vector">, signal?: AbortSignal): Promise<readonly ShortlistedCard[]> {
    const { embedder, onError } = this.#options;
    try {
      const [vector] = (await embedder?.embed([request.text], signal)) ?? [];
      return this.find({ ...request, vector });
    } catch (error) {
      signal?.throwIfAborted();
      onError(error, "embedding a request");
      return this.find(request);
    }
  }

  #put(name: string, card: ExpertCard): void {
    this.#cards.set(name, card);
    const text = embeddedText(card);
    const vector = this.#file?.get(text);
    this.#index.put(card, vector);
    if (vector) this.#missing.delete(name);
    else this.#missing.set(name, text);
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
