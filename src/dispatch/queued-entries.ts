/**
 * Entries of the outbox whose jobs are on a queue. The commit that begins a job takes its entry out; what takes longer to
 * begin is taken out together with others, so that nobody sweeps it up.
 */
import type { OutboxEntry } from "../ports/run-store.ts";

/** Less than the age from which on entries are swept up. */
const AFTER_MS = 200;

export class QueuedEntries {
  readonly #remove: (entries: readonly OutboxEntry[]) => Promise<void>;
  /** By job id. */
  readonly #entries = new Map<string, OutboxEntry>();
  #timer: NodeJS.Timeout | undefined;

  constructor(remove: (entries: readonly OutboxEntry[]) => Promise<void>) {
    this.#remove = remove;
  }

  add(jobId: string, entry: OutboxEntry): void {
    this.#entries.set(jobId, entry);
    this.#timer ??= setTimeout(() => this.#flush(), AFTER_MS).unref();
  }

  begun(jobId: string): void {
    this.#entries.delete(jobId);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#entries.clear();
  }

  #flush(): void {
    this.#timer = undefined;
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    if (entries.length > 0) void this.#remove(entries);
  }
}
