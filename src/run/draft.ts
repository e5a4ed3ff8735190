/** Collects the events of one commit, applying each as it is recorded, so that the next rule sees its effect. */
import { EVENT_VERSION, type EventData, type EventType, type RunEvent } from "./events.ts";
import { applyInPlace } from "./reduce.ts";
import type { NodeState, RunState } from "./state.ts";

export class Draft {
  readonly runId: string;
  readonly events: RunEvent[] = [];
  /** When the command came that is being decided. */
  at: number;
  /** This draft's own copy, changed in place: one copy for a commit instead of one for each event. */
  #nodes: Map<string, NodeState> | undefined;
  #state: RunState | undefined;
  #changed = new Set<string>();
  #graphChanged = false;

  constructor(state: RunState | undefined, runId: string, at: number) {
    this.#state = state;
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
    this.#nodes ??= new Map(this.#state?.nodes);
    this.#state = applyInPlace(this.#state, this.#nodes, event);
    this.events.push(event);
    this.#note(event);
  }

  /** What others may have waited for since the last time: ids of nodes, and whether it may be any node. */
  takeChanges(): { readonly changed: ReadonlySet<string>; readonly graphChanged: boolean } {
    const taken = { changed: this.#changed, graphChanged: this.#graphChanged };
    this.#changed = new Set();
    this.#graphChanged = false;
    return taken;
  }

  #note(event: RunEvent): void {
    switch (event.type) {
      case "node-added":
        this.#changed.add(event.data.node.id);
        if (event.data.node.kind === "plan") this.#graphChanged = true;
        return;
      case "node-withdrawn":
        this.#graphChanged = true;
        return;
      case "node-succeeded":
      case "node-failed":
      case "node-skipped":
      case "node-canceled":
      case "node-mapped":
      case "condition-decided": {
        const spec = this.#nodes?.get(event.data.nodeId)?.spec;
        this.#changed.add(event.data.nodeId);
        if (spec?.item) this.#changed.add(spec.item.of);
        if (spec?.kind === "plan") this.#graphChanged = true;
        return;
      }
      default:
        // Nobody waits for a start, a route or a note.
        return;
    }
  }
}
