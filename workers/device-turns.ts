/** One call at a time on a device, in the order of asking; and for how long it was in use. */

export interface DeviceTime {
  /** Milliseconds for which somebody had the device: loading, computing, and the way there and back. */
  readonly busyMs: number;
  /** Milliseconds that this process has had it. */
  readonly sinceMs: number;
}

export class DeviceTurns {
  readonly #since = performance.now();
  #last: Promise<void> = Promise.resolve();
  #busyMs = 0;
  #takenAt: number | undefined;

  /** Waits for a turn. @returns gives it back */
  async take(): Promise<() => void> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    this.#takenAt = performance.now();
    return () => {
      this.#busyMs += this.#heldMs();
      this.#takenAt = undefined;
      resolve();
    };
  }

  time(): DeviceTime {
    const sinceMs = Math.round(performance.now() - this.#since);
    return { busyMs: Math.round(this.#busyMs + this.#heldMs()), sinceMs };
  }

  #heldMs(): number {
    return this.#takenAt === undefined ? 0 : performance.now() - this.#takenAt;
  }
}
