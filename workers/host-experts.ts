/** The experts that a host can run, and their loaded models. */
import { mkdirSync } from "node:fs";
import { z } from "zod";
import { TuttiError } from "../src/errors.ts";
import { builtinExperts } from "../tools/builtin/index.ts";
import { batchEncoder } from "../tools/builtin/text/batch-encoder.ts";
import type { Expert, ExpertContext } from "../tools/define-expert.ts";
import type { CallItem } from "./protocol.ts";

export interface Loaded {
  readonly expert: Expert;
  readonly model: unknown;
  /** Milliseconds; 0 where it had been loaded before. */
  readonly loadMs: number;
}

const moduleSchema = z.object({
  experts: z.array(z.custom<Expert>((value) => typeof value === "object" && value !== null && "card" in value)),
});

/** @param modules URLs of modules that export `experts`, besides the built-in ones */
export class HostExperts {
  readonly #modules: readonly string[];
  readonly #models = new Map<string, Promise<unknown>>();
  #experts: Promise<readonly Expert[]> | undefined;

  constructor(modules: readonly string[]) {
    this.#modules = modules;
  }

  /** Loads a model once; a failed load is not remembered. */
  async load(expertId: string): Promise<Loaded> {
    const experts = await (this.#experts ??= importExperts(this.#modules));
    const expert = experts.find((candidate) => candidate.card.id === expertId);
    if (!expert) throw new TuttiError("expert-unavailable", `this worker has no expert ${expertId}`);
    const known = this.#models.get(expertId);
    if (known) return { expert, model: await known, loadMs: 0 };
    const started = performance.now();
    const loading = expert.load();
    this.#models.set(expertId, loading);
    loading.catch(() => this.#models.delete(expertId));
    return { expert, model: await loading, loadMs: performance.now() - started };
  }
}

async function importExperts(modules: readonly string[]): Promise<readonly Expert[]> {
  const imported = await Promise.all(modules.map(async (url) => moduleSchema.parse(await import(url)).experts));
  return [...builtinExperts, batchEncoder, ...imported.flat()];
}

/** The folder is made when the expert asks for it: most don't. */
function contextOf(folder: string, signal: AbortSignal): ExpertContext {
  return {
    signal,
    get scratch() {
      mkdirSync(folder, { recursive: true });
      return folder;
    },
  };
}

/**
 * One outcome per item, in order: one goes the plain way, several go together.
 * @param signals one per item
 * @param signal aborted when none of the items is wanted any more
 * @throws whatever the expert does
 */
export async function runItems(
  { expert, model }: Loaded,
  items: readonly CallItem[],
  signals: readonly AbortSignal[],
  signal: AbortSignal,
): Promise<readonly (Readonly<Record<string, unknown>> | Error)[]> {
  const inputs = items.map((item) => ({ ...item.inputs }));
  const contexts = items.map(({ scratch }, index) => contextOf(scratch, signals[index] ?? signal));
  const [firstInputs] = inputs;
  const [firstContext] = contexts;
  if (inputs.length === 1 && firstInputs && firstContext) return [await expert.run(model, firstInputs, firstContext)];
  if (!expert.runBatch) throw new TuttiError("internal", `${expert.card.id} takes one input at a time`);
  const outcomes = await expert.runBatch(model, inputs, contexts, signal);
  if (outcomes.length === inputs.length) return outcomes;
  const message = `${expert.card.id} gave ${outcomes.length} results for ${inputs.length} inputs`;
  throw new TuttiError("expert-failed", message);
}
