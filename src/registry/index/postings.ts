/** Bits of a count; slots have the others, up to 16 million. */
const BITS = 8;
const MOST = 2 ** BITS - 1;

/**
 * Where a word stands: slots of cards, ascending, each with how often. Grows at its end. One list of whole numbers for
 * both: most words stand on one card only, and two typed arrays for each of them were most of the work of the collector.
 */
export class Postings {
  /** Slot and count in one. */
  readonly #entries: number[] = [];

  get length(): number {
    return this.#entries.length;
  }

  /** @param slot above all before */
  append(slot: number, count: number): void {
    this.#entries.push((slot << BITS) | Math.min(MOST, count));
  }

  slotAt(at: number): number {
    return (this.#entries[at] ?? 0) >>> BITS;
  }

  countAt(at: number): number {
    return (this.#entries[at] ?? 0) & MOST;
  }

  /** How often it stands in a card; 0 where it doesn't. */
  countOf(slot: number): number {
    let [low, high] = [0, this.#entries.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.slotAt(middle);
      if (found === slot) return this.countAt(middle);
      if (found < slot) low = middle + 1;
      else high = middle - 1;
    }
    return 0;
  }

  /** Leaves out cards, and gives the rest other slots, in the same order. @param moved -1 for those that are gone */
  move(moved: Int32Array): void {
    let kept = 0;
    for (let at = 0; at < this.#entries.length; at++) {
      const slot = moved[this.slotAt(at)] ?? -1;
      if (slot >= 0) this.#entries[kept++] = (slot << BITS) | this.countAt(at);
    }
    this.#entries.length = kept;
  }
}
