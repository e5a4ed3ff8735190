/** Gives every so-manieth turn to somebody: evenly, so that what chance would do on the average is so at every moment. */

/** Keys whose turns are counted; with more, all begin anew. */
const MOST = 10_000;

export class Turns {
  readonly #counts = new Map<string, number>();

  /**
   * Takes the next turn of a key.
   * @param share 0..1, of the turns
   * @returns whether it is one of those
   */
  take(key: string, share: number): boolean {
    const taken = this.#counts.get(key) ?? 0;
    if (this.#counts.size > MOST) this.#counts.clear();
    this.#counts.set(key, taken + 1);
    return Math.floor((taken + 1) * share + ROUNDING) > Math.floor(taken * share + ROUNDING);
  }
}

/** 3 times a third is 1. */
const ROUNDING = 1e-9;
