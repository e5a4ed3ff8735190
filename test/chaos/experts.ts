/**
 * The expert of the chaos graphs, for TUTTI_EXPERT_MODULES: takes its time, fails as it is told to, and writes down every
 * execution in the folder that CHAOS_FOLDER names, which all processes share.
 */
import { appendFileSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TuttiError } from "../../src/errors.ts";
import { defineTask } from "../../src/registry/task-spec.ts";
import { defineExpert, type Expert } from "../../tools/define-expert.ts";
import { executionsFile, type Execution } from "./executions.ts";
import { executionKey, sha256, stepOutputs } from "./step.ts";

const task = defineTask({
  id: "chaos-step",
  title: "Chaos step",
  description: "Makes a digest of what it is given.",
  inputs: {
    name: { type: "text", description: "The node's name, unlike any other." },
    fate: { type: "text", description: "What becomes of it." },
    ms: { type: "number", description: "How long it takes, milliseconds." },
    item: { type: "text", description: "An item of a list.", optional: true },
    a: { type: "text", description: "What a node before it says.", optional: true },
    b: { type: "text", description: "What another node before it says.", optional: true },
    list: { type: { list: "text" }, description: "What many nodes before it say.", optional: true },
  },
  outputs: {
    text: { type: "text", description: "The digest." },
    number: { type: "number", description: "A digit of it." },
    words: { type: { list: "text" }, description: "Some parts of it." },
  },
});

const step = defineExpert({
  task,
  card: {
    id: "chaos/step",
    version: "1.0.0",
    title: "Chaos step",
    provider: "builtin",
    model: "sha-256",
    lane: "cpu",
    runtime: "chaos",
    // More than a worker does at once, fewer than there are to do: some wait on the queue, the rest for a place there.
    limits: { timeoutMs: 60_000, concurrency: 16, memoryMiB: 1 },
    // What an expert with this card did is never taken from an earlier run: every execution counts.
    pure: false,
    effects: "none",
    licence: { code: "MIT" },
    quality: "Does what a test says.",
    merit: 1,
  },
  load: () => Promise.resolve(process.env["CHAOS_FOLDER"] ?? ""),
  async run(folder, { ms, ...inputs }, { signal }) {
    const key = executionKey(inputs.name, inputs.item);
    const execution: Execution = { key, at: Date.now(), host: process.pid, worker: process.ppid };
    appendFileSync(executionsFile(folder), `${JSON.stringify(execution)}\n`);
    await sleep(ms, undefined, { signal });
    if (inputs.fate === "flaky" && isFirstTime(folder, key)) {
      throw new TuttiError("expert-failed", "it fails the first time", { retryable: true });
    }
    const outputs = stepOutputs(inputs);
    if (!outputs) throw new TuttiError("bad-input", "it is told to fail");
    return outputs;
  },
});

/** Whoever makes the file was the first, whichever process that is in. */
function isFirstTime(folder: string, key: string): boolean {
  try {
    openSync(join(folder, `flaky-${sha256(key)}`), "wx");
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

export const experts: readonly Expert[] = [step];
