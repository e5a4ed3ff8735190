/** The promises of a batcher's items: each is settled once, and its signal is observed from the first to the last moment. */
import { TuttiError } from "../src/errors.ts";

export interface Abortable {
  readonly signal: AbortSignal;
}

/** One item, from when it is handed in until its promise is settled. */
export class Entry<Item extends Abortable, Output> {
  readonly item: Item;
  /** When it was handed in, by `performance.now()`. */
  readonly since = performance.now();
  readonly promise: Promise<Output>;
  readonly #settlers: PromiseWithResolvers<Output>;
  readonly #onAbort = (): void => this.#abort();
  #call: BatchCall<Item, Output> | undefined;
  #settled = false;

  constructor(item: Item) {
    this.item = item;
    this.#settlers = Promise.withResolvers<Output>();
    this.promise = this.#settlers.promise;
    item.signal.addEventListener("abort", this.#onAbort, { once: true });
    if (item.signal.aborted) this.#abort();
  }

  get settled(): boolean {
    return this.#settled;
  }

  enter(call: BatchCall<Item, Output> | undefined): void {
    this.#call = call;
  }

  /** An item that was aborted is canceled, whatever came of it. */
  settle(outcome: Output | Error): void {
    if (this.#settled) return;
    this.#settled = true;
    this.item.signal.removeEventListener("abort", this.#onAbort);
    if (this.item.signal.aborted) {
      const cause = outcome instanceof Error ? outcome : undefined;
      this.#settlers.reject(new TuttiError("canceled", "the step was canceled", { cause }));
    } else if (outcome instanceof Error) this.#settlers.reject(outcome);
    else this.#settlers.resolve(outcome);
  }

  #abort(): void {
    if (!this.#call?.isLast(this)) this.settle(new TuttiError("canceled", "the step was canceled"));
    // The last one to be aborted stays until the call has ended, so that its place is given back when it is really free.
    else this.#call.stop();
  }
}

/** A call that is under way with some items. */
export class BatchCall<Item extends Abortable, Output> {
  readonly entries: readonly Entry<Item, Output>[];
  readonly #controller = new AbortController();

  constructor(entries: readonly Entry<Item, Output>[]) {
    this.entries = entries;
    for (const entry of entries) entry.enter(this);
  }

  /** Aborted when nobody waits for any of its items any more. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  isLast(entry: Entry<Item, Output>): boolean {
    return this.entries.every((other) => other === entry || other.settled);
  }

  stop(): void {
    this.#controller.abort(new TuttiError("canceled", "the step was canceled"));
  }

  end(): void {
    for (const entry of this.entries) entry.enter(undefined);
  }
}
