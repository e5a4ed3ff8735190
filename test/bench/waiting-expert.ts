/** A task whose expert only takes its time: every node of the measured graphs is one of these. */
import type { ExpertRunner } from "../../src/ports/expert-runner.ts";
import type { ExpertCard } from "../../src/registry/expert-card.ts";
import { Registry } from "../../src/registry/registry.ts";
import type { TaskSpec } from "../../src/registry/task-spec.ts";
import type { PlanNode } from "../../src/run/plan-node.ts";
import { scriptedCard } from "../fakes/scripted-experts.ts";
import { work } from "./bare.ts";
import type { BenchGraph, BenchNode } from "./graphs.ts";

const task: TaskSpec = {
  id: "wait",
  title: "Wait",
  description: "Takes its time.",
  inputs: {
    ms: { type: "number", description: "Milliseconds." },
    before: { type: "text", description: "What the nodes before it say.", optional: true },
  },
  outputs: { text: { type: "text", description: "Always the same." } },
};

/** More at once than any graph has, so that nothing waits for a place. */
const CONCURRENCY = 256;

const card: ExpertCard = scriptedCard("bench/wait", task, {
  limits: { timeoutMs: 60_000, concurrency: CONCURRENCY, memoryMiB: 1 },
  pure: false,
});

export const waitingRegistry = new Registry([task], [{ card }]);

/** In this process: there is no model, and so nothing that a process of its own would be for. */
export const waitingRunner: ExpertRunner = {
  async run({ inputs }) {
    await work(Number(inputs["ms"]));
    return { outputs: { text: "x" }, usage: { runMs: 0 } };
  },
  close: () => Promise.resolve(),
};

/** Every edge is data: a node takes what all nodes before it say. */
export function planOf({ nodes }: BenchGraph): PlanNode[] {
  return nodes.map(({ id, after, ms }: BenchNode): PlanNode => {
    const before = { template: after.map((from) => ({ from, output: "text" })) };
    const inputs = { ms: { value: { type: "number" as const, value: ms } } };
    return { id, task: task.id, inputs: after.length === 0 ? inputs : { ...inputs, before } };
  });
}
