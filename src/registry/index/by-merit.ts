import { Top, type Scored } from "./top.ts";

/** The cards of one task with the best prior merit. */
export class ByMerit {
  readonly #merits = new Map<number, number>();
  /** Of some search; undefined where they may be others now. */
  #best: readonly Scored[] | undefined;
  #depth = 0;

  add(slot: number, merit: number): void {
    this.#merits.set(slot, merit);
    const worst = this.#best?.at(-1)?.score ?? Number.NEGATIVE_INFINITY;
    if (merit > worst || (this.#best?.length ?? 0) < this.#depth) this.#best = undefined;
  }

  remove(slot: number): void {
    this.#merits.delete(slot);
    if (this.#best?.some((one) => one.slot === slot) === true) this.#best = undefined;
  }

  /** The best first; of equal ones, whoever came first. */
  best(depth: number): readonly number[] {
    if (!this.#best || depth > this.#depth) {
      const top = new Top(depth);
      for (const [slot, merit] of this.#merits) top.offer(slot, merit);
      this.#best = top.sorted();
      this.#depth = depth;
    }
    return this.#best.slice(0, depth).map(({ slot }) => slot);
  }
}
