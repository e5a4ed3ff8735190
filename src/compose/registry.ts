/** The registry as this machine can serve it. */
import { pathToFileURL } from "node:url";
import { builtinExperts } from "../../tools/builtin/index.ts";
import { isExpertModule } from "../../tools/expert-module.ts";
import { knownTasks } from "../../tools/tasks/index.ts";
import { whyUnavailable } from "../adapters/local-availability.ts";
import { TuttiError } from "../errors.ts";
import type { CardShortlist } from "../registry/card-shortlist.ts";
import { Registry } from "../registry/registry.ts";

/**
 * @param modules Absolute paths of modules that bring experts of their own, for known tasks or for new ones.
 * @throws TuttiError `misconfigured` where one can't be loaded, or brings what is there already
 */
export async function openRegistry(
  searchPath: string,
  modules: readonly string[] = [],
  shortlist?: CardShortlist,
): Promise<Registry> {
  const brought = (await Promise.all(modules.map(expertsOf))).flat();
  const experts = [...builtinExperts, ...brought];
  const ids = experts.map(({ card }) => card.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new TuttiError("misconfigured", `there are two experts called ${twice}; rename one`);
  const tasks = new Map(knownTasks.map((task) => [task.id, task]));
  for (const { task } of brought) if (!tasks.has(task.id)) tasks.set(task.id, task);
  const entries = experts.map(async ({ card }) => ({ card, unavailable: await whyUnavailable(card, searchPath) }));
  return new Registry([...tasks.values()], await Promise.all(entries), shortlist);
}

async function expertsOf(path: string) {
  let module: unknown;
  try {
    module = await import(pathToFileURL(path).href);
  } catch (error) {
    throw new TuttiError("misconfigured", `TUTTI_EXPERT_MODULES: ${path} can't be loaded: ${String(error)}`);
  }
  if (isExpertModule(module)) return module.experts;
  throw new TuttiError("misconfigured", `TUTTI_EXPERT_MODULES: ${path} exports no array of experts called "experts"`);
}
