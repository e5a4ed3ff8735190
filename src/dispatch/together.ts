/**
 * Does what is asked about one thing in turns, and what comes in during a turn all together in the next: a thousand
 * items of a run may end at once, and each alone would only wait for the others.
 */

interface Wish<Command, Result> {
  readonly command: Command;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** In one turn: some, so that none waits long for the others. */
const MOST_AT_ONCE = 100;

export class Together<Command, Result> {
  readonly #carryOut: (id: string, commands: readonly Command[]) => Promise<readonly Result[]>;
  readonly #waiting = new Map<string, Wish<Command, Result>[]>();

  /** @param carryOut All or nothing; a result for each. */
  constructor(carryOut: (id: string, commands: readonly Command[]) => Promise<readonly Result[]>) {
    this.#carryOut = carryOut;
  }

  ask(id: string, command: Command): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const wish = { command, resolve, reject };
    const waiting = this.#waiting.get(id);
    if (waiting) {
      waiting.push(wish);
    } else {
      this.#waiting.set(id, [wish]);
      // A moment later, so that what is asked for in the same turn of the event loop comes along: steps that begin
      // together, or whose timers end together.
      setImmediate(() => void this.#work(id));
    }
    return promise;
  }

  async #work(id: string): Promise<void> {
    for (;;) {
      const wishes = this.#waiting.get(id)?.splice(0, MOST_AT_ONCE) ?? [];
      if (wishes.length === 0) break;
      const error = await this.#settle(id, wishes);
      if (error === undefined) continue;
      if (wishes.length > 1) await this.#settleSingly(id, wishes, error);
      else wishes[0]?.reject(error);
    }
    this.#waiting.delete(id);
  }

  /** One that can't be done must not take the others with it; where two in a row can't, it is not their fault. */
  async #settleSingly(id: string, wishes: readonly Wish<Command, Result>[], error: unknown): Promise<void> {
    let failures = 0;
    for (const wish of wishes) {
      const own = failures > 1 ? error : await this.#settle(id, [wish]);
      if (own === undefined) {
        failures = 0;
      } else {
        failures += 1;
        wish.reject(own);
      }
    }
  }

  /** @returns why nothing could be done */
  async #settle(id: string, wishes: readonly Wish<Command, Result>[]): Promise<unknown> {
    try {
      const results = await this.#carryOut(
        id,
        wishes.map(({ command }) => command),
      );
      results.forEach((result, index) => wishes[index]?.resolve(result));
      return undefined;
    } catch (error) {
      return error ?? new Error("nothing was said about why");
    }
  }
}
