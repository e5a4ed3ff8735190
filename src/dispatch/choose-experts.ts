/** Who may do a step: asks the selector, and checks what comes back. */
import { TuttiError } from "../errors.ts";
import type { Selection, Selector } from "../ports/selector.ts";
import type { ExpertCard } from "../registry/expert-card.ts";
import type { Registry } from "../registry/registry.ts";
import type { NodeSpec } from "../run/events.ts";

/** How long a selector may think, milliseconds. */
const LIMIT_MS = 30_000;

/** Characters of an input that are looked at. */
const MOST_WORDS = 500;

interface Choice {
  readonly registry: Registry;
  readonly selector: Selector;
}

/** As `chooseExperts`, where nobody has to think; undefined where somebody has, or where it would throw. */
export function chooseNow({ registry, selector }: Choice, spec: NodeSpec): Selection | undefined {
  if (!selector.selectNow) return undefined;
  // What a plan insists on takes no choosing; `chooseExperts` says so where it isn't there.
  if (spec.expert !== undefined || registry.isCrowded(spec.task)) return undefined;
  const candidates = registry.expertsFor(spec.task).filter((card) => mayDo(card, spec));
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
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  const able =
    spec.expert === undefined ? await registry.candidates(task, wordsIn(spec), limit) : [registry.expert(spec.expert)];
  const candidates = able.filter((card) => mayDo(card, spec));
  const [first] = candidates;
  if (!first && able[0]) {
    throw new TuttiError(
      "expert-unavailable",
      `${able[0].id} has effects outside of Tutti, which the request doesn't allow`,
    );
  }
  if (!first) throw new TuttiError("expert-unavailable", whyNobody(registry, task));
  if (first.task !== task) {
    throw new TuttiError("invalid-plan", `the expert ${first.id} does ${first.task}, not ${task}; leave it out`);
  }
  const selection = await selector.select(spec, candidates, limit);
  if (selection.experts.length > 0) return selection;
  throw new TuttiError("expert-unavailable", `nobody was chosen for ${task}: ${selection.reason}`);
}

/** What the plan itself says of the step. */
function wordsIn({ task, inputs }: NodeSpec): string {
  const texts = Object.values(inputs).flatMap((binding) =>
    "value" in binding && binding.value.type === "text" ? [binding.value.value.slice(0, MOST_WORDS)] : [],
  );
  return [task, ...texts].join(" ");
}

/** Who was registered after the plan was made may have effects that nobody reckoned with. */
function mayDo({ effects }: ExpertCard, spec: NodeSpec): boolean {
  return effects === "none" || spec.effects === "external";
}

function whyNobody(registry: Registry, task: string): string {
  const entry = registry.task(task);
  return entry ? (entry.unavailable ?? `no expert for ${task} is available`) : `there is no task ${task}`;
}
