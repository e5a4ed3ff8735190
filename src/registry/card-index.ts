/** Finds, among very many experts, the few that a request may mean: by words, by meaning, and by merit. */
import type { ChosenExpert } from "../run/events.ts";
import { nameOf } from "./expert-name.ts";
import { ByMerit } from "./index/by-merit.ts";
import { wordsOf, type IndexedCard } from "./index/card-text.ts";
import { mergeRanks } from "./index/merge-ranks.ts";
import { Lexical } from "./index/lexical.ts";
import { Nearest } from "./index/nearest.ts";
import type { PackedVector } from "./index/packed-vector.ts";
import { tokensOf } from "./index/tokens.ts";
import type { Scored } from "./index/top.ts";

export interface CardIndexOptions {
  /** Of the vectors. @default 512 */
  readonly dimensions?: number | undefined;
  /** Vectors that a search compares, about. @default 12 000 */
  readonly vectors?: number | undefined;
  /** Entries of word lists that a search reads. @default 100 000 */
  readonly postings?: number | undefined;
}

export interface CardRequest {
  readonly text: string;
  /** The text's, of the same space as the cards' vectors. Left out: by words alone. */
  readonly vector?: ArrayLike<number> | undefined;
  /** Left out: cards of every task. */
  readonly task?: string | undefined;
  /** How many, at most. @default 50 */
  readonly k?: number | undefined;
}

export interface ShortlistedCard extends ChosenExpert {
  /** Only for comparing within one list. */
  readonly score: number;
}

/** Of each order, so many at least are asked for. */
const DEPTH = 100;
/** Of the places, for those of the highest merit. */
const SHARE_OF_BEST = 0.25;
/** Removed cards are cleared away when there are more of them than of the others. */
const LEAST_GONE = 1000;

interface Entry {
  readonly name: string;
  readonly card: IndexedCard;
}

export class CardIndex {
  /** By slot; undefined where the card was removed. */
  #entries: (Entry | undefined)[] = [];
  readonly #slots = new Map<string, number>();
  readonly #byMerit = new Map<string, ByMerit>();
  readonly #lexical: Lexical;
  readonly #nearest: Nearest;
  readonly #dimensions: number;

  constructor({ dimensions = 512, vectors = 12_000, postings = 100_000 }: CardIndexOptions = {}) {
    this.#lexical = new Lexical(postings);
    this.#nearest = new Nearest(dimensions, vectors);
    this.#dimensions = dimensions;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Takes the place of one of the same id and version. A vector of another length is none. */
  put(card: IndexedCard, vector?: PackedVector): void {
    const name = nameOf(card);
    this.remove(name);
    const slot = this.#entries.push({ name, card }) - 1;
    this.#slots.set(name, slot);
    this.#rank(slot, card);
    this.#lexical.add(slot, card.task, wordsOf(card));
    if (vector?.values.length === this.#dimensions) this.#nearest.add(slot, card.task, vector);
  }

  /** Of a card that is there. One of another length is none. */
  setVector(name: string, vector: PackedVector): void {
    const slot = this.#slots.get(name);
    const entry = slot === undefined ? undefined : this.#entries[slot];
    if (slot === undefined || !entry || vector.values.length !== this.#dimensions) return;
    this.#nearest.remove(slot, entry.card.task);
    this.#nearest.add(slot, entry.card.task, vector);
  }

  /** @param name `id@version` */
  remove(name: string): boolean {
    const slot = this.#slots.get(name);
    const entry = slot === undefined ? undefined : this.#entries[slot];
    if (slot === undefined || !entry) return false;
    this.#nearest.remove(slot, entry.card.task);
    this.#entries[slot] = undefined;
    this.#slots.delete(name);
    this.#byMerit.get(entry.card.task)?.remove(slot);
    if (this.#entries.length - this.size > Math.max(LEAST_GONE, this.size)) this.#clearAway();
    return true;
  }

  /** Those that fit, the best first; then, where the task is known, some that are said to be best at it. */
  shortlist({ text, vector, task, k = 50 }: CardRequest): readonly ShortlistedCard[] {
    const depth = Math.max(DEPTH, k);
    const isThere = (slot: number): boolean => this.#entries[slot] !== undefined;
    const byWords = this.#lexical.search(tokensOf(text), { task, k: depth, isThere });
    const byMeaning = vector ? this.#nearest.search(vector, { task, k: depth }) : [];
    const fitting = mergeRanks([byWords, byMeaning], (slot) => this.#entries[slot]?.card.merit ?? 0);
    const best = task === undefined ? [] : (this.#byMerit.get(task)?.best(k) ?? []);
    return withBest(fitting, best, k).flatMap(({ slot, score }) => {
      const entry = this.#entries[slot];
      return entry ? [{ id: entry.card.id, version: entry.card.version, score }] : [];
    });
  }

  #rank(slot: number, { task, merit }: IndexedCard): void {
    const own = this.#byMerit.get(task) ?? new ByMerit();
    this.#byMerit.set(task, own);
    own.add(slot, merit);
  }

  #clearAway(): void {
    const moved = new Int32Array(this.#entries.length).fill(-1);
    const kept: Entry[] = [];
    for (const [slot, entry] of this.#entries.entries()) {
      if (!entry) continue;
      moved[slot] = kept.push(entry) - 1;
      this.#slots.set(entry.name, moved[slot] ?? 0);
    }
    this.#entries = kept;
    this.#byMerit.clear();
    for (const [slot, { card }] of kept.entries()) this.#rank(slot, card);
    this.#lexical.move(moved, kept.length);
    this.#nearest.move(moved);
  }
}

/** Keeps places for the best: of cards that all fit, which fits better may say little. */
function withBest(fitting: readonly Scored[], best: readonly number[], k: number): readonly Scored[] {
  const scores = new Map(fitting.map(({ slot, score }) => [slot, score]));
  const order = [...scores.keys()];
  const first = order.slice(0, k - Math.floor(k * SHARE_OF_BEST));
  const chosen = [...new Set([...first, ...best, ...order])].slice(0, k);
  return chosen.map((slot) => ({ slot, score: scores.get(slot) ?? 0 })).toSorted((a, b) => b.score - a.score);
}
