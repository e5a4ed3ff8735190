/** Adds nodes to a run while its plan is being written: what comes in quick succession goes into one commit. */
import type { RunBook } from "../src/dispatch/run-book.ts";
import { TuttiError } from "../src/errors.ts";
import type { NodeSpec } from "../src/run/events.ts";

export interface PlanAttempt {
  readonly runId: string;
  readonly planId: string;
  readonly attempt: number;
}

/** The store's fault, and none of the plan's: planning is to be delivered again. */
export class NotRecordedError extends Error {
  override readonly name = "NotRecordedError";

  constructor(cause: unknown) {
    super("what was planned could not be recorded", { cause });
  }
}

export class Growth {
  readonly #book: RunBook;
  readonly #plan: PlanAttempt;
  readonly #commits: Promise<void>[] = [];
  readonly #refused: string[] = [];
  #lost: { readonly error: unknown } | undefined;
  /** Nodes that are in the run. */
  added = 0;

  constructor(book: RunBook, plan: PlanAttempt) {
    this.#book = book;
    this.#plan = plan;
  }

  /** The node is on its way into the run; nodes get there in the order in which they were added. */
  add(node: NodeSpec): void {
    this.#commits.push(
      this.#commit(node).catch((error: unknown) => {
        this.#lost ??= { error };
      }),
    );
  }

  /** @throws whatever keeps the run from growing: it has ended, or somebody else plans it now */
  throwIfLost(): void {
    if (this.#lost) throw this.#lost.error;
  }

  /** Waits until nothing more is on its way. */
  async settled(): Promise<void> {
    await Promise.all(this.#commits);
  }

  /** Waits until all nodes are where they belong. @returns why some of them are not */
  async end(): Promise<readonly string[]> {
    await this.settled();
    this.throwIfLost();
    return this.#refused;
  }

  async #commit(node: NodeSpec): Promise<void> {
    const { runId, planId, attempt } = this.#plan;
    const at = this.#book.now();
    const command = { type: "add-nodes", at, planId, attempt, nodes: [node] } as const;
    const { decision } = await this.#book.change(runId, command).catch((error: unknown) => {
      throw new NotRecordedError(error);
    });
    if (decision.outcome === "stale") throw new TuttiError("canceled", `the plan can't grow: ${decision.reason}`);
    if (decision.outcome === "refused") this.#refused.push(decision.reason);
    else this.added += 1;
  }
}
