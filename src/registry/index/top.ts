export interface Scored {
  readonly slot: number;
  readonly score: number;
}

/** The best so many of a stream of scores: a heap with the worst of them on top. */
export class Top {
  readonly #size: number;
  readonly #scores: Float64Array;
  readonly #slots: Int32Array;
  #count = 0;

  constructor(size: number) {
    this.#size = size;
    this.#scores = new Float64Array(size);
    this.#slots = new Int32Array(size);
  }

  /** What a score must be above to be among them, as soon as there are so many. */
  get threshold(): number {
    return this.#count < this.#size ? Number.NEGATIVE_INFINITY : (this.#scores[0] ?? 0);
  }

  offer(slot: number, score: number): void {
    if (this.#count < this.#size) {
      this.#rise(this.#count++, slot, score);
    } else if (this.#size > 0 && score > (this.#scores[0] ?? 0)) {
      this.#sink(slot, score);
    }
  }

  /** The best first; of equal ones, the lower slot. */
  sorted(): readonly Scored[] {
    const all = Array.from(this.#scores.subarray(0, this.#count), (score, at) => ({
      slot: this.#slots[at] ?? 0,
      score,
    }));
    return all.toSorted((a, b) => b.score - a.score || a.slot - b.slot);
  }

  #rise(from: number, slot: number, score: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#scores[parent] ?? 0) <= score) break;
      this.#put(at, this.#slots[parent] ?? 0, this.#scores[parent] ?? 0);
      at = parent;
    }
    this.#put(at, slot, score);
  }

  #sink(slot: number, score: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#count) break;
      if (child + 1 < this.#count && (this.#scores[child + 1] ?? 0) < (this.#scores[child] ?? 0)) child++;
      if ((this.#scores[child] ?? 0) >= score) break;
      this.#put(at, this.#slots[child] ?? 0, this.#scores[child] ?? 0);
      at = child;
    }
    this.#put(at, slot, score);
  }

  #put(at: number, slot: number, score: number): void {
    this.#scores[at] = score;
    this.#slots[at] = slot;
  }
}
