/** One after the other: a model that answers two requests at once takes twice the memory for each, and no less time. */
import { assertWanted } from "../generation.ts";

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Waits for its turn. What it resolves to must be called, once the work is done.
   * @throws TuttiError `canceled` where it is not wanted any more by then
   */
  async take(signal: AbortSignal): Promise<() => void> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    if (signal.aborted) resolve();
    assertWanted(signal);
    return resolve;
  }
}
