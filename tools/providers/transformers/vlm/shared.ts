/** One loaded model for all experts of a process that use it: captions and questions need not hold it twice. */

interface Shared<T> {
  readonly value: Promise<T>;
  users: number;
}

export interface Borrowed<T> {
  readonly value: T;
  /** The last one to give it back closes it. */
  readonly release: () => Promise<void>;
}

export class SharedModels<T> {
  readonly #close: (value: T) => Promise<void>;
  readonly #held = new Map<string, Shared<T>>();

  constructor(close: (value: T) => Promise<void>) {
    this.#close = close;
  }

  /** Opens it for the first one. What failed to open is not remembered. */
  async borrow(key: string, open: () => Promise<T>): Promise<Borrowed<T>> {
    const shared = this.#held.get(key) ?? { value: open(), users: 0 };
    this.#held.set(key, shared);
    shared.users++;
    let isReleased = false;
    const release = async (): Promise<void> => {
      if (isReleased) return;
      isReleased = true;
      shared.users--;
      if (shared.users > 0) return;
      if (this.#held.get(key) === shared) this.#held.delete(key);
      await this.#close(await shared.value);
    };
    try {
      return { value: await shared.value, release };
    } catch (error) {
      if (this.#held.get(key) === shared) this.#held.delete(key);
      throw error;
    }
  }
}
