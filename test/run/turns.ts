/** Everything that can happen to a run, good and bad, as random turns. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Crash, Simulation } from "./simulator.ts";

const crash: fc.Arbitrary<Crash> = fc.constantFrom("none", "none", "none", "none", "before", "after");
const actions = [
  ...Array.from({ length: 6 }, () => ["deliver", "pull", "step"] as const).flat(),
  ...(["stall", "vanish", "resend", "resend", "note", "replan", "decide", "misjudge", "crash", "outage"] as const),
  ...(["cancel", "expire"] as const),
] as const;
type Action = (typeof actions)[number];
export const turn = fc.record({ action: fc.constantFrom(...actions), pick: fc.nat(20), crash });
export type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;

/** One thing that happens to a run. */
export function play(simulation: Simulation, { action, pick, crash: when }: Turn): void {
  const { sent, state } = simulation;
  const nodes = [...state.nodes.keys()];
  const nodeId = nodes[pick % nodes.length] ?? "plan";
  const moves: Record<Action, () => void> = {
    deliver: () => simulation.deliver(pick),
    pull: () => simulation.pull(pick, when),
    step: () => simulation.step(pick, when),
    stall: () => simulation.stall(pick, true),
    vanish: () => simulation.stall(pick, false),
    resend: () => {
      const command = sent[pick % sent.length];
      // To cancel and to expire is asked for once: or few runs would get far.
      if (command && command.type !== "cancel" && command.type !== "expire") simulation.send(command, when);
    },
    note: () => void simulation.send({ type: "note", nodeId, text: "by the way" }, when),
    replan: () => void simulation.send({ type: "replan", nodeId: `again${pick % 2}` }, when),
    decide: () => simulation.decideCondition(pick, when),
    misjudge: () => misjudge(simulation, nodeId),
    crash: () => simulation.crash(false),
    outage: () => simulation.crash(true),
    cancel: () => void (pick === 0 && simulation.send({ type: "cancel", reason: "enough" }, when)),
    expire: () => void simulation.send({ type: "expire" }, when),
  };
  moves[action]();
}

/** Somebody decides a condition that nobody asked about. */
function misjudge(simulation: Simulation, nodeId: string): void {
  const node = simulation.state.nodes.get(nodeId);
  if (node?.spec.when && node.status === "waiting") return;
  const decision = simulation.send({ type: "decide-condition", nodeId, holds: true });
  assert.equal(decision.outcome, "stale");
}
