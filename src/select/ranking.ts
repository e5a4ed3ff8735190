/** Puts the experts that could do a step in order, by what is known of them at this moment. Pure. */
import type { Merit } from "../ports/merit-store.ts";
import type { ExpertCard } from "../registry/expert-card.ts";
import type { NodeSpec } from "../run/events.ts";
import { whoLacksLanguage } from "./language-wanted.ts";
import { standingOf, type Standing } from "./standing.ts";

export interface Ranking {
  /** All, in the order in which they are to be tried; those that fail again and again last, but there. */
  readonly ordered: readonly Standing[];
  /** Best first; without those that lack the language that the step asks for, if any. */
  readonly healthy: readonly Standing[];
  /** Of these, too, only those that have the language; whose trial is due first comes first. */
  readonly failing: readonly Standing[];
}

/** Experts of each kind that are put in order: nobody asks for the thousandth. */
const MOST = 64;

/**
 * @param candidates of one expert, newer versions first
 * @param now epoch milliseconds
 */
export function rankExperts(
  node: Pick<NodeSpec, "inputs">,
  candidates: readonly ExpertCard[],
  meritOf: (card: ExpertCard) => Merit | undefined,
  now: number,
): Ranking {
  const standings = besidePredecessors(candidates.map((card) => standingOf(card, meritOf(card), now)));
  const lacksLanguage = whoLacksLanguage(node);
  const { healthy, failing } = split(lacksLanguage ? standings.filter(({ card }) => !lacksLanguage(card)) : standings);
  if (!lacksLanguage) return { ordered: [...healthy, ...failing], healthy, failing };
  const others = split(standings.filter(({ card }) => lacksLanguage(card)));
  return { ordered: [...healthy, ...others.healthy, ...failing, ...others.failing], healthy, failing };
}

function split(standings: readonly Standing[]): Pick<Ranking, "healthy" | "failing"> {
  return {
    healthy: first(
      standings.filter(({ breaker }) => breaker.state === "closed"),
      byScore,
    ),
    failing: first(
      standings.filter(({ breaker }) => breaker.state !== "closed"),
      (a, b) => a.breaker.trialAt - b.breaker.trialAt || byScore(a, b),
    ),
  };
}

type Compare = (a: Standing, b: Standing) => number;

const byScore: Compare = (a, b) => b.score - a.score || (a.card.id < b.card.id ? -1 : 1);

/** So little that it only decides between equals. */
const A_HAIR = 1e-12;

/** A version that takes a share of the calls stands right behind the one before it: it shall get its share, as long as it works. */
function besidePredecessors(standings: readonly Standing[]): readonly Standing[] {
  const sharing = new Map<string, Standing>();
  for (const standing of standings) {
    const { id, share } = standing.card;
    if (share !== undefined && !sharing.has(id)) sharing.set(id, standing);
  }
  if (sharing.size === 0) return standings;
  const scores = new Map<Standing, number>();
  for (const standing of standings) {
    const newer = sharing.get(standing.card.id);
    const worksToo = standing.breaker.state === "closed";
    if (newer && newer !== standing && worksToo) scores.set(newer, standing.score - A_HAIR);
  }
  return standings.map((standing) => {
    const score = scores.get(standing);
    // It learns by its share, and needs no exploring.
    return score === undefined ? standing : { ...standing, score, hope: -Infinity };
  });
}

/** Of a hundred thousand, sorting all would take longer than a choice may. */
function first(standings: readonly Standing[], order: Compare): readonly Standing[] {
  if (standings.length <= MOST) return standings.toSorted(order);
  const best = standings.slice(0, MOST).toSorted(order);
  for (const standing of standings.slice(MOST)) {
    const worst = best.at(-1);
    if (worst && order(standing, worst) >= 0) continue;
    best.pop();
    const place = best.findIndex((other) => order(standing, other) < 0);
    best.splice(place < 0 ? best.length : place, 0, standing);
  }
  return best;
}
