import type { ExpertCard } from "../registry/expert-card.ts";
import type { ChosenExpert, NodeSpec, Usage } from "../run/events.ts";

export interface Selection {
  /** Best first; the rest are tried in order when the first fails. */
  readonly experts: readonly ChosenExpert[];
  /** For the reader of the run: why this order. */
  readonly reason: string;
  /** What choosing took, where a language model was asked. */
  readonly usage?: Usage;
}

export interface Selector {
  /** The same where it takes no thinking; undefined where it does. */
  readonly selectNow?: (node: NodeSpec, candidates: readonly ExpertCard[]) => Selection | undefined;
  /**
   * Orders the experts that can do a node.
   * @param candidates available experts for the node's task; at least one
   */
  select(node: NodeSpec, candidates: readonly ExpertCard[], signal: AbortSignal): Promise<Selection>;
}
