/** Counts what is under way per expert, so that a slow one never fills a lane: what doesn't fit waits here. */

export class Capacity {
  readonly #limitOf: (expertId: string) => number;
  readonly #active = new Map<string, Set<string>>();
  readonly #held = new Map<string, Map<string, () => void>>();

  constructor(limitOf: (expertId: string) => number) {
    this.#limitOf = limitOf;
  }

  /** Calls `go` now, or when a place is free. A job that is known already changes nothing. */
  enter(expertId: string, jobId: string, go: () => void): void {
    const active = this.#active.get(expertId) ?? new Set();
    const held = this.#held.get(expertId) ?? new Map<string, () => void>();
    if (active.has(jobId) || held.has(jobId)) return;
    if (active.size >= this.#limitOf(expertId)) {
      this.#held.set(expertId, held.set(jobId, go));
      return;
    }
    this.#active.set(expertId, active.add(jobId));
    go();
  }

  /** Gives a job's place, or its place in the line, back. */
  leave(expertId: string, jobId: string): void {
    this.#held.get(expertId)?.delete(jobId);
    if (!this.#active.get(expertId)?.delete(jobId)) return;
    const [next] = this.#held.get(expertId) ?? [];
    if (!next) return;
    const [nextId, go] = next;
    this.#held.get(expertId)?.delete(nextId);
    this.enter(expertId, nextId, go);
  }

  isHeld(expertId: string, jobId: string): boolean {
    return this.#held.get(expertId)?.has(jobId) ?? false;
  }
}
