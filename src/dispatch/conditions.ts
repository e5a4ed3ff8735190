/** Decides the conditions of a run that hang on values too large for its state: loads them and tells the run. */
import { evaluateCondition } from "../run/condition.ts";
import type { Condition } from "../run/plan-node.ts";
import { pendingConditions } from "../run/settle.ts";
import { outputOf, type RunState } from "../run/state.ts";
import type { SpilledValue, Value } from "../run/value.ts";
import type { RunBook } from "./run-book.ts";

/** Milliseconds until a value that could not be read is tried again. */
const RETRY_MS = 5000;

export interface ConditionDependencies {
  readonly book: RunBook;
  readonly load: (tenant: string, value: SpilledValue) => Promise<Value>;
  readonly onError: (error: unknown, what: string) => void;
}

export class Conditions {
  readonly #deps: ConditionDependencies;
  /** `run.node` of what is being decided: a commit in the meantime asks for the same again. */
  readonly #busy = new Set<string>();
  /** Runs with a condition that could not be decided, and when to try again. */
  readonly #failed = new Map<string, number>();

  constructor(dependencies: ConditionDependencies) {
    this.#deps = dependencies;
  }

  async decide(state: RunState): Promise<void> {
    const { book, onError } = this.#deps;
    for (const { nodeId, when } of pendingConditions(state)) {
      const id = `${state.runId}.${nodeId}`;
      if (this.#busy.has(id)) continue;
      this.#busy.add(id);
      try {
        await this.#decideOne(state, nodeId, when);
      } catch (error) {
        // No further commit may come to this run: it would wait for its deadline.
        this.#failed.set(state.runId, book.now() + RETRY_MS);
        onError(error, `deciding the condition of ${id}`);
      } finally {
        this.#busy.delete(id);
      }
    }
  }

  /** Tries again what could not be decided some time ago. */
  async retry(): Promise<void> {
    const { book, onError } = this.#deps;
    const now = book.now();
    for (const [runId, retryAt] of this.#failed) {
      if (retryAt > now) continue;
      this.#failed.set(runId, now + RETRY_MS);
      try {
        const state = await book.state(runId);
        this.#failed.delete(runId);
        if (state) await this.decide(state);
      } catch (error) {
        onError(error, `looking at run ${runId}`);
      }
    }
  }

  async #decideOne(state: RunState, nodeId: string, when: Condition): Promise<void> {
    const { book, load } = this.#deps;
    const value = outputOf(state, when.from, when.output);
    if (value?.type !== "spilled") return;
    const holds = evaluateCondition(when, await load(state.tenant, value)) === true;
    await book.change(state.runId, { type: "decide-condition", at: book.now(), nodeId, holds });
  }
}
