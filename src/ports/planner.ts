import type { TaskSpec } from "../registry/task-spec.ts";
import type { NodeOrigin } from "../run/events.ts";
import type { PlanNode } from "../run/plan-node.ts";
import type { TokenUsage } from "../run/usage.ts";
import type { AssetId, AssetType } from "../run/value.ts";

/** An asset of the request, as planners and people speak of it. */
export interface RequestAsset {
  /** `image-2`: the second picture of the conversation. */
  readonly handle: string;
  readonly asset: AssetId;
  readonly type: AssetType | "text";
  readonly name?: string | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly durationMs?: number | undefined;
}

export interface CatalogueTask extends TaskSpec {
  /** Why nobody can do it now; undefined where somebody can. */
  readonly unavailable?: string | undefined;
  /** Whether all who do it have effects outside: then it is planned only where it is asked for. */
  readonly external?: boolean | undefined;
}

/** What became of a node that is there already. */
export interface NodeOutcome {
  readonly node: string;
  readonly status: "succeeded" | "failed" | "skipped" | "canceled" | "unfinished";
  /** The start of what it gave, or why it failed. */
  readonly text?: string | undefined;
}

/** A picture, small enough for a language model. */
export interface SmallPicture {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface PlanInput {
  /** The words of the last user message. */
  readonly text: string;
  /** What was said before, oldest first. */
  readonly history: readonly { readonly role: "user" | "assistant" | "system"; readonly text: string }[];
  /** All assets of the conversation, in the order in which they came. */
  readonly assets: readonly RequestAsset[];
  readonly tasks: readonly CatalogueTask[];
  /** Nodes of an interrupted planning that already finished: they may be referred to, not changed. */
  readonly frozen: readonly PlanNode[];
  /** With it, this is a second planning, after some of the frozen nodes failed: it may add what could still help. */
  readonly outcomes?: readonly NodeOutcome[] | undefined;
  readonly maxNodes: number;
  /**
   * Gives a picture of the request to a planner that can see; without it, none can be had.
   * @throws TuttiError where it can't be read
   */
  readonly picture?: ((asset: AssetId, signal: AbortSignal) => Promise<SmallPicture>) | undefined;
}

/**
 * What a planner gives, as it comes: checked by nobody yet. `note` is for the reader of the run. `reply` is for the user:
 * what the planner says itself, with no step behind it, where nothing was asked for that needs one. `usage` is what a
 * call of a language model took.
 */
export type PlanItem =
  | { readonly type: "node"; readonly node: PlanNode; readonly by?: NodeOrigin }
  | { readonly type: "reply"; readonly text: string }
  | { readonly type: "usage"; readonly usage: TokenUsage }
  | { readonly type: "note"; readonly text: string };

export interface Planner {
  /** Recorded in the run: `builtin@1`. */
  readonly name: string;
  /** Whether it can make something of `outcomes`. @default false */
  readonly replans?: boolean;
  /** @throws TuttiError `not-understood` where the request can't be turned into steps; the message says why. */
  plan(input: PlanInput, signal: AbortSignal): AsyncIterable<PlanItem>;
}
