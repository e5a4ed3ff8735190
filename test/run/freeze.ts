/** Makes a state complain about whoever changes it. Maps can't be frozen; their entries can. */
import type { RunState } from "../../src/run/state.ts";

export function freezeState(state: RunState): RunState {
  for (const node of state.nodes.values()) freeze(node);
  for (const [key, value] of Object.entries(state)) if (key !== "nodes") freeze(value);
  return Object.freeze(state);
}

/** Stops at what is frozen: states share most of their nodes. */
function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}
