/** Wakes watchers of runs: at once for commits of this process, within a poll for those of another. */

export interface Wakeups {
  /** Resolves at the next commit to the run (or what may be one), on abort, or on close. */
  next(runId: string, signal: AbortSignal): Promise<void>;
  notify(runId: string): void;
  /** Wakes everybody, for good. */
  close(): void;
}

/**
 * @param dataVersion Changes whenever another process has committed.
 * @param pollMs How often to ask for it; only while somebody waits.
 */
export function createWakeups(dataVersion: () => unknown, pollMs: number): Wakeups {
  const waiting = new Map<string, Set<() => void>>();
  let seenVersion = dataVersion();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const notify = (runId: string): void => waiting.get(runId)?.forEach((wake) => wake());
  const notifyAll = (): void => waiting.forEach((_, runId) => notify(runId));

  function poll(): void {
    try {
      const version = dataVersion();
      if (version !== seenVersion) notifyAll();
      seenVersion = version;
    } catch {
      // Thrown from a timer it would end the process: the watchers meet the same fault, and can tell of it, when they look.
      notifyAll();
    }
  }

  function add(runId: string, wake: () => void): void {
    const wakes = waiting.get(runId) ?? new Set();
    waiting.set(runId, wakes.add(wake));
    timer ??= setInterval(poll, pollMs);
  }

  function remove(runId: string, wake: () => void): void {
    const wakes = waiting.get(runId);
    wakes?.delete(wake);
    if (wakes?.size === 0) waiting.delete(runId);
    if (waiting.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return {
    notify,
    async next(runId, signal) {
      if (closed || signal.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = (): void => resolve();
      add(runId, wake);
      signal.addEventListener("abort", wake);
      await promise;
      signal.removeEventListener("abort", wake);
      remove(runId, wake);
    },
    close() {
      closed = true;
      notifyAll();
    },
  };
}
