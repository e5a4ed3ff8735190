/** The experts that a host can run, and their loaded models. */
import { mkdirSync } from "node:fs";
import { z } from "zod";
import { TuttiError } from "../src/errors.ts";
import { builtinExperts } from "../tools/builtin/index.ts";
import { batchEncoder } from "../tools/builtin/text/batch-encoder.ts";
import type { Expert, ExpertContext } from "../tools/define-expert.ts";
import { connectExpert } from "../tools/providers/index.ts";
import type { RegisteredSetup } from "../src/ports/expert-runner.ts";
import type { ProviderSetup } from "../src/registry/provider-setup.ts";
import type { TokenUsage } from "../src/run/usage.ts";
import type { CallItem } from "./protocol.ts";

interface Opened {
  readonly expert: Expert;
  readonly model: unknown;
}

interface Held {
  readonly revision: number;
  readonly loaded: Promise<Opened>;
}

export interface Loaded extends Opened {
  /** Milliseconds; 0 where it had been loaded before. */
  readonly loadMs: number;
}

const moduleSchema = z.object({
  experts: z.array(z.custom<Expert>((value) => typeof value === "object" && value !== null && "card" in value)),
});

/** @param modules URLs of modules that export `experts`, besides the built-in ones */
export class HostExperts {
  readonly #modules: readonly string[];
  readonly #held = new Map<string, Held>();
  #experts: Promise<readonly Expert[]> | undefined;

  constructor(modules: readonly string[]) {
    this.#modules = modules;
  }

  /** Loads a model once; a failed load is not remembered. */
  async load(expertId: string, registered?: RegisteredSetup): Promise<Loaded> {
    const key = registered ? `${expertId}@${registered.setup.card.version}` : expertId;
    const revision = registered?.revision ?? 0;
    const known = this.#held.get(key);
    if (known?.revision === revision) return { ...(await known.loaded), loadMs: 0 };
    const started = performance.now();
    const held = { revision, loaded: this.#open(expertId, registered?.setup) };
    this.#held.set(key, held);
    held.loaded.catch(() => {
      if (this.#held.get(key) === held) this.#held.delete(key);
    });
    // What the registration was before is not asked any more.
    known?.loaded.then(({ expert, model }) => expert.unload?.(model)).catch(() => {});
    return { ...(await held.loaded), loadMs: performance.now() - started };
  }

  async #open(expertId: string, setup: ProviderSetup | undefined): Promise<Opened> {
    const expert = setup ? await connectExpert(setup) : await this.#find(expertId);
    return { expert, model: await expert.load() };
  }

  async #find(expertId: string): Promise<Expert> {
    const experts = await (this.#experts ??= importExperts(this.#modules));
    const expert = experts.find((candidate) => candidate.card.id === expertId);
    if (expert) return expert;
    throw new TuttiError("expert-unavailable", `this worker has no expert ${expertId}`);
  }
}

async function importExperts(modules: readonly string[]): Promise<readonly Expert[]> {
  const imported = await Promise.all(modules.map(async (url) => moduleSchema.parse(await import(url)).experts));
  return [...builtinExperts, batchEncoder, ...imported.flat()];
}

/** The folder is made when the expert asks for it: most don't. */
function contextOf(folder: string, signal: AbortSignal, usage: ExpertContext["usage"]): ExpertContext {
  return {
    signal,
    ...(usage && { usage }),
    get scratch() {
      mkdirSync(folder, { recursive: true });
      return folder;
    },
  };
}

/**
 * One outcome per item, in order: one goes the plain way, several go together.
 * @param signals one per item
 * @param used told what an item used
 * @param signal aborted when none of the items is wanted any more
 * @throws whatever the expert does
 */
export async function runItems(
  { expert, model }: Loaded,
  items: readonly CallItem[],
  signals: readonly AbortSignal[],
  signal: AbortSignal,
  used: (item: number, usage: TokenUsage) => void,
): Promise<readonly (Readonly<Record<string, unknown>> | Error)[]> {
  const inputs = items.map((item) => ({ ...item.inputs }));
  const contexts = items.map(({ scratch }, index) =>
    contextOf(scratch, signals[index] ?? signal, (usage) => used(index, usage)),
  );
  const [firstInputs] = inputs;
  const [firstContext] = contexts;
  if (inputs.length === 1 && firstInputs && firstContext) return [await expert.run(model, firstInputs, firstContext)];
  if (!expert.runBatch) throw new TuttiError("internal", `${expert.card.id} takes one input at a time`);
  const outcomes = await expert.runBatch(model, inputs, contexts, signal);
  if (outcomes.length === inputs.length) return outcomes;
  const message = `${expert.card.id} gave ${outcomes.length} results for ${inputs.length} inputs`;
  throw new TuttiError("expert-failed", message);
}
