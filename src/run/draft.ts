/** Collects the events of one commit, applying each as it is recorded, so that the next rule sees its effect. */
import { EVENT_VERSION, type EventData, type EventType, type RunEvent } from "./events.ts";
import { applyInPlace } from "./reduce.ts";
import type { NodeState, RunState } from "./state.ts";

export class Draft {
  readonly at: number;
  readonly runId: string;
  readonly events: RunEvent[] = [];
  /** This draft's own copy, changed in place: one copy for a commit instead of one for each event. */
  readonly #nodes: Map<string, NodeState>;
  #state: RunState | undefined;

  constructor(state: RunState | undefined, runId: string, at: number) {
    this.#nodes = new Map(state?.nodes);
    this.#state = state && { ...state, nodes: this.#nodes };
    this.runId = runId;
    this.at = at;
  }

  get state(): RunState {
    if (!this.#state) throw new Error("a draft has no state before run-created");
    return this.#state;
  }

  record<T extends EventType>(type: T, data: EventData[T]): undefined {
    const seq = (this.#state?.revision ?? 0) + 1;
    // The compiler can't see that T ties type and data together inside the union.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const event = { v: EVENT_VERSION, runId: this.runId, seq, at: this.at, type, data } as RunEvent;
    this.#state = applyInPlace(this.#state, this.#nodes, event);
    this.events.push(event);
  }
}
