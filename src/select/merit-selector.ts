/** Chooses experts by how their calls went, without a language model. */
import type { Merit } from "../ports/merit-store.ts";
import type { Selection, Selector } from "../ports/selector.ts";
import type { ExpertCard } from "../registry/expert-card.ts";
import { parseExpertName } from "../registry/expert-name.ts";
import type { NodeSpec } from "../run/events.ts";
import { rankExperts, type Ranking } from "./ranking.ts";
import type { Standing } from "./standing.ts";
import { tellChoice, type Detour } from "./tell-choice.ts";
import { Turns } from "./turns.ts";

/** What this process knows of how calls went, without waiting. */
export interface Merits {
  /** Undefined for who was never called, as far as is known. */
  of(card: ExpertCard): Merit | undefined;
  /** Says who is being chosen from, so that what is known of them is brought up to date for the next choice. */
  follow(cards: readonly ExpertCard[]): void;
  /** @returns whether a call may try this expert, whose breaker is half-open; then it must be sent one */
  takeTrial(card: ExpertCard): boolean;
}

export interface MeritSelectorOptions {
  readonly merits: Merits;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Of the choices of a task, how many may go to somebody of whom little is known, 0..1. @default 0.1 */
  readonly exploring?: number;
}

/** Experts that one step may be tried with. */
const MOST = 8;

export function createMeritSelector({ merits, now, exploring = 0.1 }: MeritSelectorOptions): Selector {
  const explorations = new Turns();
  const shares = new Turns();

  function choose(node: NodeSpec, candidates: readonly ExpertCard[]): Selection {
    if (node.expert !== undefined) {
      const { id } = parseExpertName(node.expert);
      const experts = candidates.filter((card) => card.id === id).map(chosen);
      return { experts, reason: "the plan asks for it" };
    }
    const ranking = rankExperts(node, candidates, (card) => merits.of(card), now());
    const { ordered } = ranking;
    merits.follow(ordered.map(({ card }) => card));
    const [leader, detour] = detourOf(node, ranking) ?? [];
    const [first, ...rest] = leader ? [leader, ...ordered.filter((standing) => standing !== leader)] : ordered;
    if (!first) return { experts: [], reason: "there is nobody to choose from" };
    return {
      experts: [first, ...rest].slice(0, MOST).map(({ card }) => chosen(card)),
      reason: tellChoice({ chosen: first, next: rest[0], detour }),
    };
  }

  function detourOf({ task }: NodeSpec, { healthy, failing }: Ranking): readonly [Standing, Detour] | undefined {
    const [best, second] = healthy;
    if (!best) return undefined;
    const trial = failing.find(({ breaker, card }) => breaker.state === "half-open" && merits.takeTrial(card));
    if (trial) return [trial, "trial"];
    if (explorations.take(task, exploring)) {
      const hopeful = hopefulOf(healthy);
      if (hopeful) return [hopeful, "explore"];
    }
    const share = second?.card.id === best.card.id ? second.card.share : undefined;
    return second && share !== undefined && shares.take(best.card.id, share) ? [second, "share"] : undefined;
  }

  return { selectNow: choose, select: (node, candidates) => Promise.resolve(choose(node, candidates)) };
}

/** Who could be better than the best, for all that is known. */
function hopefulOf([best, ...others]: readonly Standing[]): Standing | undefined {
  if (!best) return undefined;
  const hopeful = others.filter(({ hope }) => hope > best.score);
  return hopeful.toSorted((a, b) => b.hope - a.hope)[0];
}

function chosen({ id, version }: ExpertCard): Selection["experts"][number] {
  return { id, version };
}
