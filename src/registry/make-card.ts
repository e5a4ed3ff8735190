/** The card of a registered expert: what was said of it, and its provider's defaults for the rest. */
import type { ExpertCard } from "./expert-card.ts";
import type { ProviderDefaults } from "./provider-setup.ts";
import type { Registration } from "./registration.ts";

/** @param model what the provider calls the model */
export function makeCard(registration: Registration, defaults: ProviderDefaults, model: string): ExpertCard {
  const { id, version, task, title, description, examples, provider, lane, limits, cost, languages, share } =
    registration;
  const batch = limits.batch ?? defaults.limits.batch;
  return {
    id,
    version,
    task: typeof task === "string" ? task : task.id,
    title,
    provider,
    model,
    lane: lane ?? defaults.lane,
    runtime: defaults.runtime,
    limits: {
      timeoutMs: limits.timeoutMs ?? defaults.limits.timeoutMs,
      concurrency: limits.concurrency ?? defaults.limits.concurrency,
      memoryMiB: limits.memoryMiB ?? defaults.limits.memoryMiB,
      ...(batch && { batch }),
    },
    pure: registration.pure,
    effects: registration.effects,
    licence: registration.licence ?? { code: "not told" },
    quality: registration.quality ?? "Nobody has said yet how good it is.",
    merit: registration.merit,
    ...(description !== undefined && { description }),
    ...(examples && { examples }),
    ...(cost !== undefined && { cost }),
    ...(languages && { languages }),
    ...(share !== undefined && { share }),
  };
}
