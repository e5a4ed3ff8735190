/** Decides the conditions of a run that hang on values too large for its state: loads them and tells the run. */
import { evaluateCondition } from "../run/condition.ts";
import { pendingConditions } from "../run/settle.ts";
import { outputOf, type RunState } from "../run/state.ts";
import type { SpilledValue, Value } from "../run/value.ts";
import type { RunBook } from "./run-book.ts";

/** Milliseconds until a value that could not be read is tried again. */
const RETRY_MS = 5000;

export interface ConditionDependencies {
  readonly book: RunBook;
  readonly load: (tenant: string, value: SpilledValue) => Promise<Value>;
}

export class Conditions {
  readonly #deps: ConditionDependencies;
  /** `run.node` of what could not be decided, and when to try again. */
  readonly #failed = new Map<string, number>();

  constructor(dependencies: ConditionDependencies) {
    this.#deps = dependencies;
  }

  /**
   * @returns whether nothing is left to be done for this node's condition
   * @throws whatever keeps the value from being read; for some time it is then not tried again
   */
  async decide(state: RunState, nodeId: string): Promise<boolean> {
    const { book, load } = this.#deps;
    const pending = pendingConditions(state).find((condition) => condition.nodeId === nodeId);
    const value = pending && outputOf(state, pending.when.from, pending.when.output);
    if (!pending || value?.type !== "spilled") return true;

    const id = `${state.runId}.${nodeId}`;
    if ((this.#failed.get(id) ?? 0) > book.now()) return false;
    this.#failed.set(id, book.now() + RETRY_MS);
    const holds = evaluateCondition(pending.when, await load(state.tenant, value)) === true;
    await book.change(state.runId, { type: "decide-condition", at: book.now(), nodeId, holds });
    this.#failed.delete(id);
    return true;
  }
}
