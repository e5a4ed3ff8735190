/**
 * Cards by their words: BM25 (Robertson and Zaragoza, "The probabilistic relevance framework", 2009) over an inverted
 * index, rare words first; common ones are only looked up for who can still be among the best (MaxScore: Turtle and
 * Flood, "Query evaluation: strategies and optimizations", 1995).
 */
import { Postings } from "./postings.ts";
import { Top, type Scored } from "./top.ts";

const K1 = 1.2;
const B = 0.75;
/** Candidates for which the common words are looked up. */
const MOST_CANDIDATES = 500;

type Part = Map<string, Postings>;

export class Lexical {
  /** Cards of one task each, so that a search in one never sees the others. */
  readonly #parts = new Map<string, Part>();
  /** By slot. */
  #tasks: string[] = [];
  #lengths = new Float32Array(64);
  #total = 0;
  #cards = 0;
  /** Of a search; all zero between two. */
  #scores = new Float32Array(64);
  readonly #budget: number;

  /** @param budget postings that one search reads at most; what is beyond is looked up for the best so far only */
  constructor(budget: number) {
    this.#budget = budget;
  }

  /** @param slot above all before */
  add(slot: number, task: string, counts: ReadonlyMap<string, number>): void {
    const part = this.#parts.get(task) ?? new Map<string, Postings>();
    this.#parts.set(task, part);
    let length = 0;
    for (const [word, count] of counts) {
      length += count;
      const postings = part.get(word) ?? new Postings();
      part.set(word, postings);
      postings.append(slot, count);
    }
    this.#lengths = roomFor(slot, this.#lengths);
    this.#scores = roomFor(slot, this.#scores);
    this.#lengths[slot] = length;
    this.#tasks[slot] = task;
    this.#total += length;
    this.#cards += 1;
  }

  /** The best first. @param isThere leaves out cards that were removed */
  search(
    words: readonly string[],
    {
      task,
      k,
      isThere,
    }: { readonly task?: string | undefined; readonly k: number; readonly isThere: (slot: number) => boolean },
  ): readonly Scored[] {
    const terms = this.#terms(new Set(words), task);
    const touched: number[] = [];
    let left = terms.reduce((sum, { most }) => sum + most, 0);
    let read = 0;
    let next = 0;
    let threshold = Number.NEGATIVE_INFINITY;
    for (; next < terms.length; next++) {
      const term = terms[next];
      if (!term || left <= threshold || (next > 0 && read + term.length > this.#budget)) break;
      this.#addScores(term, touched);
      read += term.length;
      left -= term.most;
      threshold = this.#threshold(touched, k, isThere);
    }
    const found = this.#finish(touched, terms.slice(next), left, { k, isThere });
    for (const slot of touched) this.#scores[slot] = 0;
    return found;
  }

  /** @param moved the new slot of each, -1 for those that are gone */
  move(moved: Int32Array, cards: number): void {
    const lengths = new Float32Array(Math.max(64, cards));
    this.#tasks = this.#tasks.filter((_, slot) => (moved[slot] ?? -1) >= 0);
    this.#total = 0;
    for (const [slot, to] of moved.entries()) {
      if (to < 0) continue;
      lengths[to] = this.#lengths[slot] ?? 0;
      this.#total += this.#lengths[slot] ?? 0;
    }
    this.#lengths = lengths;
    this.#scores = new Float32Array(lengths.length);
    this.#cards = cards;
    for (const [task, part] of this.#parts) {
      for (const [word, postings] of part) {
        postings.move(moved);
        if (postings.length === 0) part.delete(word);
      }
      if (part.size === 0) this.#parts.delete(task);
    }
  }

  /** The rarest first: they tell most. */
  #terms(words: ReadonlySet<string>, task: string | undefined): readonly Term[] {
    return [...words]
      .map((word) => {
        const all = [...this.#parts].flatMap(([name, part]) => {
          const list = part.get(word);
          return list ? [[name, list] as const] : [];
        });
        const lists = new Map(all.filter(([name]) => task === undefined || name === task));
        const everywhere = all.reduce((sum, [, list]) => sum + list.length, 0);
        const weight = Math.log(1 + (this.#cards - everywhere + 0.5) / (everywhere + 0.5));
        const length = lists.values().reduce((sum, list) => sum + list.length, 0);
        return { lists, weight, length, most: weight * (K1 + 1) };
      })
      .filter(({ length }) => length > 0)
      .toSorted((a, b) => b.weight - a.weight);
  }

  #addScores({ lists, weight }: Term, touched: number[]): void {
    const [lengths, scores, average] = [this.#lengths, this.#scores, this.#total / this.#cards];
    const [flat, slope] = [K1 * (1 - B), (K1 * B) / average];
    for (const list of lists.values()) {
      for (let at = 0; at < list.length; at++) {
        const slot = list.slotAt(at);
        const count = list.countAt(at);
        const before = scores[slot] ?? 0;
        if (before === 0) touched.push(slot);
        scores[slot] = before + (weight * count * (K1 + 1)) / (count + flat + slope * (lengths[slot] ?? 0));
      }
    }
  }

  #threshold(touched: readonly number[], k: number, isThere: (slot: number) => boolean): number {
    const top = new Top(k);
    for (const slot of touched) {
      const score = this.#scores[slot] ?? 0;
      if (score > top.threshold && isThere(slot)) top.offer(slot, score);
    }
    return top.threshold;
  }

  /** Adds the words that were not read, for those that they may still bring among the best. */
  #finish(
    touched: readonly number[],
    rest: readonly Term[],
    left: number,
    { k, isThere }: { readonly k: number; readonly isThere: (slot: number) => boolean },
  ): readonly Scored[] {
    const candidates = new Top(rest.length === 0 ? k : Math.max(k, MOST_CANDIDATES));
    for (const slot of touched) {
      const score = this.#scores[slot] ?? 0;
      if (score > candidates.threshold && isThere(slot)) candidates.offer(slot, score);
    }
    const found = candidates.sorted();
    if (rest.length === 0) return found;
    const least = (found[Math.min(k, found.length) - 1]?.score ?? 0) - left;
    const top = new Top(k);
    const average = this.#total / this.#cards;
    for (const { slot, score } of found) {
      if (score < least) break;
      const norm = K1 * (1 - B + (B * (this.#lengths[slot] ?? 0)) / average);
      const more = rest.reduce((sum, { lists, weight }) => {
        const count = lists.get(this.#tasks[slot] ?? "")?.countOf(slot) ?? 0;
        return sum + (weight * count * (K1 + 1)) / (count + norm);
      }, 0);
      top.offer(slot, score + more);
    }
    return top.sorted();
  }
}

interface Term {
  /** By task. */
  readonly lists: ReadonlyMap<string, Postings>;
  readonly weight: number;
  readonly length: number;
  /** What it can add to a score. */
  readonly most: number;
}

function roomFor(slot: number, given: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  if (slot < given.length) return given;
  const larger = new Float32Array(Math.max(slot + 1, given.length * 2));
  larger.set(given);
  return larger;
}
