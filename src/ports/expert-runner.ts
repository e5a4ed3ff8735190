import type { ExpertCard } from "../registry/expert-card.ts";
import type { ProviderSetup } from "../registry/provider-setup.ts";
import type { Usage } from "../run/events.ts";

export interface RegisteredSetup {
  readonly revision: number;
  readonly setup: ProviderSetup;
}

export interface ExpertCall {
  readonly expert: ExpertCard;
  /** How to reach it, for one that was registered. Another revision is another expert to whoever keeps it loaded. */
  readonly registered?: RegisteredSetup | undefined;
  /** As the expert's function takes them: texts, numbers, detections, `{ path, mediaType, name }` for files. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Path of a folder of this call's own, for what the expert makes; whoever runs the expert makes it when it is asked for. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

export interface ExpertResult {
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly usage: Usage;
}

/** Runs experts where they can be killed. */
export interface ExpertRunner {
  /**
   * Runs one call, within the card's time limit, which counts from when the expert is given it: not while it waits for
   * its turn.
   * @throws TuttiError `bad-input`, `expert-failed`, `expert-unavailable`, `worker-crashed`, `timeout` or `canceled`
   */
  run(call: ExpertCall): Promise<ExpertResult>;
  close(): Promise<void>;
}
