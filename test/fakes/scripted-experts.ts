/** Experts that do as a test says: for faults and timing that no real model shows on demand. */
import { TuttiError } from "../../src/errors.ts";
import type { ExpertCall, ExpertRunner } from "../../src/ports/expert-runner.ts";
import type { ExpertCard } from "../../src/registry/expert-card.ts";
import { Registry } from "../../src/registry/registry.ts";
import type { TaskSpec } from "../../src/registry/task-spec.ts";

export type Script = (call: ExpertCall) => Promise<Record<string, unknown>>;

export const textTask: TaskSpec = {
  id: "shout",
  title: "Shout",
  description: "Makes a text loud.",
  inputs: { text: { type: "text", description: "The text." } },
  outputs: { text: { type: "text", description: "The loud text." } },
};

export const listTask: TaskSpec = {
  id: "split",
  title: "Split",
  description: "Splits a text into words.",
  inputs: { text: { type: "text", description: "The text." } },
  outputs: { words: { type: { list: "text" }, description: "The words." } },
};

export function scriptedCard(id: string, task: TaskSpec, changes: Partial<ExpertCard> = {}): ExpertCard {
  return {
    id,
    version: "1.0.0",
    task: task.id,
    title: id,
    provider: "builtin",
    model: "scripted",
    lane: "cpu",
    runtime: "scripted",
    limits: { timeoutMs: 10_000, concurrency: 8, memoryMiB: 1 },
    pure: true,
    effects: "none",
    licence: { code: "MIT" },
    quality: "Does what a test says.",
    merit: 0.5,
    ...changes,
  };
}

export interface ScriptedExperts {
  readonly registry: Registry;
  readonly runner: ExpertRunner;
  /** Ids of experts in the order in which they were called. */
  readonly calls: string[];
}

export function scriptExperts(
  tasks: readonly TaskSpec[],
  experts: readonly { readonly card: ExpertCard; readonly script: Script }[],
): ScriptedExperts {
  const calls: string[] = [];
  return {
    registry: new Registry(
      tasks,
      experts.map(({ card }) => ({ card })),
    ),
    calls,
    runner: {
      async run(call) {
        calls.push(call.expert.id);
        const found = experts.find(({ card }) => card.id === call.expert.id);
        if (!found) throw new Error(`no script for ${call.expert.id}`);
        return { outputs: await found.script(call), usage: { runMs: 0 } };
      },
      close: () => Promise.resolve(),
    },
  };
}

/** Stays until it is released or aborted; released once, it stays no more. */
export function hangingScript() {
  const active = new Set<string>();
  let most = 0;
  const gate = Promise.withResolvers<void>();
  const script: Script = async ({ signal, inputs }) => {
    const text = String(inputs["text"]);
    active.add(text);
    most = Math.max(most, active.size);
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(new TuttiError("canceled", "aborted"));
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    try {
      await Promise.race([gate.promise, aborted.promise]);
    } finally {
      active.delete(text);
      signal.removeEventListener("abort", abort);
    }
    return { text };
  };
  return { script, release: () => gate.resolve(), active: () => active.size, most: () => most };
}

export const shoutScript: Script = ({ inputs }) => Promise.resolve({ text: String(inputs["text"]).toUpperCase() });

/** Looks again and again; the test's own time limit ends it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
