/** Who may do a step: asks the selector, and checks what comes back. */
import { TuttiError } from "../errors.ts";
import type { Selection, Selector } from "../ports/selector.ts";
import type { Registry } from "../registry/registry.ts";
import type { NodeSpec } from "../run/events.ts";

/** How long a selector may think, milliseconds. */
const LIMIT_MS = 30_000;

interface Choice {
  readonly registry: Registry;
  readonly selector: Selector;
}

/** As `chooseExperts`, where nobody has to think; undefined where somebody has, or where it would throw. */
export function chooseNow({ registry, selector }: Choice, spec: NodeSpec): Selection | undefined {
  if (!selector.selectNow) return undefined;
  const candidates = registry.expertsFor(spec.task).filter(({ id }) => spec.expert === undefined || id === spec.expert);
  const selection = candidates.length > 0 ? selector.selectNow(spec, candidates) : undefined;
  return selection && selection.experts.length > 0 ? selection : undefined;
}

/**
 * @throws TuttiError `expert-unavailable`, saying how to get one, or `invalid-plan` where the plan insists on an expert of
 *   another task
 */
export async function chooseExperts(
  { registry, selector }: Choice,
  spec: NodeSpec,
  signal: AbortSignal,
): Promise<Selection> {
  const { task } = spec;
  const candidates = spec.expert === undefined ? registry.expertsFor(task) : [registry.expert(spec.expert)];
  const [first] = candidates;
  if (!first) throw new TuttiError("expert-unavailable", whyNobody(registry, task));
  if (first.task !== task) {
    throw new TuttiError("invalid-plan", `the expert ${first.id} does ${first.task}, not ${task}; leave it out`);
  }
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  const { experts, reason } = await selector.select(spec, candidates, limit);
  if (experts.length === 0) throw new TuttiError("expert-unavailable", `nobody was chosen for ${task}: ${reason}`);
  return { experts, reason };
}

function whyNobody(registry: Registry, task: string): string {
  const entry = registry.task(task);
  return entry ? (entry.unavailable ?? `no expert for ${task} is available`) : `there is no task ${task}`;
}
