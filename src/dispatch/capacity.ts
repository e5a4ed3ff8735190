/** Counts what is under way per expert, so that a slow one never fills a lane: what doesn't fit waits here. */

interface Held {
  readonly go: () => void;
  readonly order: number;
}

export class Capacity {
  readonly #limitOf: (expertId: string) => number;
  readonly #active = new Map<string, Set<string>>();
  readonly #held = new Map<string, Map<string, Held>>();

  constructor(limitOf: (expertId: string) => number) {
    this.#limitOf = limitOf;
  }

  /**
   * Calls `go` now, or when a place is free: those of a lower order first, and those that came first among equals. A job
   * that is known already changes nothing.
   */
  enter(expertId: string, jobId: string, go: () => void, order = 0): void {
    const active = this.#active.get(expertId) ?? new Set();
    const held = this.#held.get(expertId) ?? new Map<string, Held>();
    if (active.has(jobId) || held.has(jobId)) return;
    if (active.size >= this.#limitOf(expertId)) {
      this.#held.set(expertId, held.set(jobId, { go, order }));
      return;
    }
    this.#active.set(expertId, active.add(jobId));
    go();
  }

  /** Gives a job's place, or its place in the line, back. */
  leave(expertId: string, jobId: string): void {
    this.#held.get(expertId)?.delete(jobId);
    if (!this.#active.get(expertId)?.delete(jobId)) return;
    const next = this.#firstHeld(expertId);
    if (!next) return;
    const [nextId, { go, order }] = next;
    this.#held.get(expertId)?.delete(nextId);
    this.enter(expertId, nextId, go, order);
  }

  #firstHeld(expertId: string): readonly [jobId: string, held: Held] | undefined {
    let first: readonly [string, Held] | undefined;
    for (const entry of this.#held.get(expertId) ?? []) {
      if (!first || entry[1].order < first[1].order) first = entry;
    }
    return first;
  }

  isHeld(expertId: string, jobId: string): boolean {
    return this.#held.get(expertId)?.has(jobId) ?? false;
  }
}
