/** Where a word stands: slots of cards, ascending, each with how often. Grows at its end. */
export class Postings {
  #slots = new Int32Array(4);
  #counts = new Uint8Array(4);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @param slot above all before */
  append(slot: number, count: number): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[this.#length] = slot;
    this.#counts[this.#length] = Math.min(255, count);
    this.#length += 1;
  }

  slotAt(at: number): number {
    return this.#slots[at] ?? -1;
  }

  countAt(at: number): number {
    return this.#counts[at] ?? 0;
  }

  /** How often it stands in a card; 0 where it doesn't. */
  countOf(slot: number): number {
    let [low, high] = [0, this.#length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#slots[middle] ?? 0;
      if (found === slot) return this.#counts[middle] ?? 0;
      if (found < slot) low = middle + 1;
      else high = middle - 1;
    }
    return 0;
  }

  /** Leaves out cards, and gives the rest other slots, in the same order. @param moved -1 for those that are gone */
  move(moved: Int32Array): void {
    let kept = 0;
    for (let at = 0; at < this.#length; at++) {
      const slot = moved[this.#slots[at] ?? 0] ?? -1;
      if (slot < 0) continue;
      this.#slots[kept] = slot;
      this.#counts[kept] = this.#counts[at] ?? 0;
      kept += 1;
    }
    this.#length = kept;
  }

  #grow(): void {
    const size = this.#slots.length * 2;
    const [slots, counts] = [new Int32Array(size), new Uint8Array(size)];
    slots.set(this.#slots);
    counts.set(this.#counts);
    [this.#slots, this.#counts] = [slots, counts];
  }
}
