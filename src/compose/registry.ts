/** The registry as this machine can serve it. */
import { builtinExperts } from "../../tools/builtin/index.ts";
import { knownTasks } from "../../tools/tasks/index.ts";
import { whyUnavailable } from "../adapters/local-availability.ts";
import { Registry } from "../registry/registry.ts";

export async function openRegistry(searchPath: string): Promise<Registry> {
  const entries = builtinExperts.map(async ({ card }) => ({
    card,
    unavailable: await whyUnavailable(card, searchPath),
  }));
  return new Registry(knownTasks, await Promise.all(entries));
}
