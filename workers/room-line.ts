/** Those who wait until there is room for a model, in the order of asking. */
import { TuttiError } from "../src/errors.ts";
import type { ExpertCard } from "../src/registry/expert-card.ts";

interface Waiting<Room> {
  readonly expert: ExpertCard;
  readonly since: number;
  readonly take: (room: Room) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Milliseconds for which others may overtake the first of the line: without any, two models that don't fit together would
 * be loaded in turns, call by call; without an end, a model that is always in use would never be let go.
 */
const OVERTAKING_MS = 1000;

export class RoomLine<Room> {
  readonly #take: (expert: ExpertCard) => Room | undefined;
  readonly #waiting: Waiting<Room>[] = [];

  /** @param take gives room, where there is some now */
  constructor(take: (expert: ExpertCard) => Room | undefined) {
    this.#take = take;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  get mayBeOvertaken(): boolean {
    const [first] = this.#waiting;
    return !first || performance.now() - first.since < OVERTAKING_MS;
  }

  /** @throws TuttiError `timeout` after the expert's time limit, or the signal's reason */
  async wait(expert: ExpertCard, signal: AbortSignal): Promise<Room> {
    signal.throwIfAborted();
    const { promise, resolve: take, reject } = Promise.withResolvers<Room>();
    const waiting: Waiting<Room> = { expert, since: performance.now(), take, reject };
    const leave = (error: unknown): void => {
      const index = this.#waiting.indexOf(waiting);
      if (index === -1) return;
      this.#waiting.splice(index, 1);
      reject(error);
      // Whoever was behind may fit.
      this.offer();
    };
    const { timeoutMs, memoryMiB } = expert.limits;
    const abort = (): void => leave(signal.reason);
    const timer = setTimeout(() => {
      const message = `there was no room for the model of ${expert.id} (${memoryMiB} MiB) within ${timeoutMs / 1000} s`;
      leave(new TuttiError("timeout", message, { retryable: true }));
    }, timeoutMs);
    signal.addEventListener("abort", abort, { once: true });
    this.#waiting.push(waiting);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  /** Lets the first ones in, as far as there is room. */
  offer(): void {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      const room = this.#take(first.expert);
      if (!room) return;
      this.#waiting.shift();
      first.take(room);
    }
  }

  rejectAll(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
