/** Orders experts without a language model: what the plan insists on, then merit, then a stable order by name. */
import type { Selection, Selector } from "../ports/selector.ts";
import type { ExpertCard } from "../registry/expert-card.ts";
import type { NodeSpec } from "../run/events.ts";

export const rankedSelector: Selector = {
  selectNow: rankExperts,
  select: (node, candidates) => Promise.resolve(rankExperts(node, candidates)),
};

/** @param candidates at least one, all able and available */
export function rankExperts(node: Pick<NodeSpec, "expert">, candidates: readonly ExpertCard[]): Selection {
  const pinned = candidates.filter((card) => card.id === node.expert);
  const ordered = (pinned.length > 0 ? pinned : candidates).toSorted(
    (a, b) => b.merit - a.merit || (a.id < b.id ? -1 : 1),
  );
  const [best] = ordered;
  return {
    experts: ordered.map(({ id, version }) => ({ id, version })),
    reason: pinned.length > 0 ? "the plan asks for it" : reasonFor(best, ordered.length),
  };
}

function reasonFor(best: ExpertCard | undefined, count: number): string {
  if (count === 1) return "the only expert available for the task";
  return `best merit of ${count} (${best?.merit ?? 0})`;
}
