/**
 * Collects the calls of one expert and makes them together: greedy, so that whatever has come while the expert was busy
 * goes into its next call. Knows nothing of processes.
 */
import { TuttiError } from "../src/errors.ts";
import { BatchCall, Entry, type Abortable } from "./batch-call.ts";

export type BatchReply<Output> =
  /** One outcome per item, in order. */
  | { readonly outcomes: readonly (Output | TuttiError)[] }
  /** The call as a whole went wrong, and nobody knows by which item. */
  | { readonly fault: TuttiError; readonly outOfMemory: boolean };

export interface BatcherOptions<Item extends Abortable, Output> {
  /** Items in one call at most. */
  readonly max: number;
  /** Milliseconds that the first item waits for company while there is a free place. @default 0 */
  readonly waitMs?: number;
  /** Calls at once. @default 1 */
  readonly places?: number;
  /** Waits for the right to call, before the items of the call are chosen; gives how to hand it back. Never rejects. */
  readonly enter?: () => Promise<() => void>;
  /**
   * Makes one call. The signal aborts when no item is wanted any more.
   * @throws what then fails all of its items: the process died, the time was over
   */
  readonly call: (items: readonly Item[], signal: AbortSignal) => Promise<BatchReply<Output>>;
}

export class Batcher<Item extends Abortable, Output> {
  readonly #options: BatcherOptions<Item, Output>;
  #waiting: Entry<Item, Output>[] = [];
  #calls = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Items in one call: fewer once the memory was too small. */
  #size: number;
  /** So many items go alone: what took a whole call down comes back, and next time shall take down only itself. */
  #alone = 0;

  constructor(options: BatcherOptions<Item, Output>) {
    this.#options = options;
    this.#size = options.max;
  }

  /**
   * Rejects as `canceled` as soon as the item's signal aborts; the last one of a call when that has ended.
   * @throws TuttiError of the item alone, or of its whole call
   */
  run(item: Item): Promise<Output> {
    const entry = new Entry<Item, Output>(item);
    this.#waiting.push(entry);
    this.#pump();
    return entry.promise;
  }

  #pump(): void {
    this.#waiting = this.#waiting.filter((entry) => !entry.settled);
    const [first] = this.#waiting;
    const { places = 1, waitMs = 0 } = this.#options;
    if (!first || this.#calls >= places) return;
    const left = this.#waiting.length < this.#size ? first.since + waitMs - performance.now() : 0;
    clearTimeout(this.#timer);
    if (left > 0) this.#timer = setTimeout(() => this.#pump(), left);
    else void this.#flush();
  }

  async #flush(): Promise<void> {
    this.#calls += 1;
    // A tick later at the earliest, so that items of one moment go together.
    const leave = await this.#options.enter?.();
    try {
      await this.#callAll(this.#take());
    } finally {
      leave?.();
      this.#calls -= 1;
      this.#pump();
    }
  }

  #take(): readonly Entry<Item, Output>[] {
    const open = this.#waiting.filter((entry) => !entry.settled);
    const taken = open.splice(0, this.#alone > 0 ? 1 : this.#size);
    this.#alone = Math.max(0, this.#alone - taken.length);
    this.#waiting = open;
    return taken;
  }

  /** Never rejects. */
  async #callAll(entries: readonly Entry<Item, Output>[]): Promise<void> {
    const parts = [entries];
    for (let part = parts.shift(); part; part = parts.shift()) {
      const open = part.filter((entry) => !entry.settled);
      if (open.length > this.#size) parts.unshift(open.slice(0, this.#size), open.slice(this.#size));
      else if (open.length > 0 && !(await this.#callOnce(open))) {
        const half = Math.ceil(open.length / 2);
        parts.unshift(open.slice(0, half), open.slice(half));
      }
    }
  }

  /** @returns whether that was that; else nobody knows by which of the items the call went wrong */
  async #callOnce(entries: readonly Entry<Item, Output>[]): Promise<boolean> {
    const call = new BatchCall(entries);
    try {
      const items = entries.map((entry) => entry.item);
      const reply = await this.#options.call(items, call.signal);
      if ("outcomes" in reply) {
        for (const [index, entry] of entries.entries()) entry.settle(reply.outcomes[index] ?? missing());
        return true;
      }
      if (reply.outOfMemory) this.#size = Math.min(this.#size, Math.max(1, Math.floor(entries.length / 2)));
      if (entries.length > 1 && !call.signal.aborted) return false;
      for (const entry of entries) entry.settle(reply.fault);
    } catch (thrown) {
      if (entries.length > 1 && !call.signal.aborted) this.#alone = entries.length;
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      for (const entry of entries) entry.settle(error);
    } finally {
      call.end();
    }
    return true;
  }
}

function missing(): TuttiError {
  return new TuttiError("internal", "the batch gave nothing for this item");
}
