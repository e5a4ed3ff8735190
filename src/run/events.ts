/** What can happen to a run. Events are the truth; states, logs, streams and pictures derive from them. */
import type { RunRequest } from "./request.ts";
import type { PlanNode } from "./plan-node.ts";
import type { Value, ValueType } from "./value.ts";

/** Version of the event format that this build writes, and the newest that it reads. */
export const EVENT_VERSION = 1;

export const nodeStatuses = ["waiting", "ready", "running", "succeeded", "failed", "skipped", "canceled"] as const;
export type NodeStatus = (typeof nodeStatuses)[number];

export const runStatuses = ["planning", "running", "succeeded", "partial", "failed", "canceled", "expired"] as const;
export type RunStatus = (typeof runStatuses)[number];
export type FinalStatus = Exclude<RunStatus, "planning" | "running">;

export type NodeKind = "plan" | "task" | "fuse";

/**
 * Who wrote a planned node: the `model` at first, the model after it was told what was wrong (`repair`), the tool graph,
 * to make types fit (`type-gap`), or the planner beneath (`fallback`).
 */
export const nodeOrigins = ["model", "repair", "type-gap", "fallback"] as const;
export type NodeOrigin = (typeof nodeOrigins)[number];

/** A node as it was committed; never changed afterwards. */
export interface NodeSpec extends PlanNode {
  readonly kind: NodeKind;
  /** Types of the outputs, as the catalogue had them at planning time. */
  readonly outputTypes?: Readonly<Record<string, ValueType>>;
  readonly effects?: "none" | "external";
  /** For a task that a language model's planning led to: who wrote it. */
  readonly by?: NodeOrigin;
  /** For a task: the plan node whose planning added it. */
  readonly plannedBy?: string;
  /** For an item of a mapped node: whose, and which. */
  readonly item?: { readonly of: string; readonly index: number };
}

export interface NodeError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

/** What an attempt used up. Milliseconds; tokens and cost where the provider tells them. */
export interface Usage {
  readonly queueMs?: number;
  readonly loadMs?: number;
  readonly runMs?: number;
  /** This attempt's share of the time that its call held a device. */
  readonly deviceMs?: number;
  /** How many inputs the call took at once, where the expert takes several. */
  readonly batchSize?: number;
  /** Of the language models or experts that count in tokens; cached ones are among the input. */
  readonly inputTokens?: number;
  readonly cachedTokens?: number;
  readonly outputTokens?: number;
  /** US dollars. */
  readonly cost?: number;
  /** Nothing was computed: an earlier result of the same call was taken. */
  readonly reused?: boolean;
}

export interface ChosenExpert {
  readonly id: string;
  readonly version: string;
}

/** What happens after a failed attempt: another try, by the expert at `expertIndex` of the routed list. */
export interface NextAttempt {
  readonly expertIndex: number;
  /** Epoch milliseconds before which it may not start. */
  readonly notBefore: number;
}

/** Why a node was skipped: its `when` said no, something that it needs did not succeed, or the request forbids it. */
export type SkipCause = "condition" | "upstream" | "refused";

export interface EventData {
  "run-created": {
    readonly tenant: string;
    readonly request: RunRequest;
    /** Epoch milliseconds. */
    readonly deadlineAt: number;
    readonly maxNodes: number;
  };
  "node-added": { readonly node: NodeSpec };
  /** A planning that was interrupted left this node unstarted; it is taken out of the graph. */
  "node-withdrawn": { readonly nodeId: string };
  "node-ready": { readonly nodeId: string; readonly attempt: number; readonly notBefore?: number };
  "node-routed": {
    readonly nodeId: string;
    readonly experts: readonly ChosenExpert[];
    readonly reason: string;
    /** What choosing them took, where a language model was asked. */
    readonly usage?: Usage;
  };
  "node-started": {
    readonly nodeId: string;
    readonly attempt: number;
    /** How often this attempt was delivered to a worker, from 1. */
    readonly delivery: number;
    readonly worker: string;
    readonly expert?: ChosenExpert;
  };
  "node-succeeded": {
    readonly nodeId: string;
    readonly attempt: number;
    readonly outputs: Readonly<Record<string, Value>>;
    readonly usage: Usage;
  };
  "attempt-failed": {
    readonly nodeId: string;
    readonly attempt: number;
    readonly error: NodeError;
    readonly next: NextAttempt;
  };
  "node-failed": { readonly nodeId: string; readonly attempt: number; readonly error: NodeError };
  "node-skipped": { readonly nodeId: string; readonly reason: string; readonly cause: SkipCause };
  "node-canceled": { readonly nodeId: string; readonly reason: string };
  /** A mapped node's width became known; its items follow as nodes. */
  "node-mapped": { readonly nodeId: string; readonly width: number };
  /** A condition on a value too large to keep inline was decided by whoever loaded it. */
  "condition-decided": { readonly nodeId: string; readonly holds: boolean };
  /**
   * A piece of the answer while it is being written: a preview, which the recorded answer replaces. `from` is where it
   * goes in the text (UTF-16); whoever begins anew begins at 0.
   */
  "answer-part": { readonly nodeId: string; readonly attempt: number; readonly from: number; readonly text: string };
  "note-added": { readonly nodeId: string; readonly text: string };
  "run-finished": { readonly status: FinalStatus; readonly reason?: string };
}

export type EventType = keyof EventData;

export type RunEvent = {
  readonly [T in EventType]: {
    readonly v: number;
    readonly runId: string;
    /** 1, 2, 3, ... within the run; the run's revision is the seq of its last event. */
    readonly seq: number;
    /** Epoch milliseconds. */
    readonly at: number;
    readonly type: T;
    readonly data: EventData[T];
  };
}[EventType];
