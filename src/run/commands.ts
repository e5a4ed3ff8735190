/** What may be asked of a run. Time and ids come in here; the kernel has no clock. */
import type { ChosenExpert, NextAttempt, NodeError, NodeSpec, RunEvent, Usage } from "./events.ts";
import type { RunRequest } from "./request.ts";
import type { Value } from "./value.ts";

export type Command = { readonly at: number } & (
  | {
      readonly type: "create";
      readonly runId: string;
      readonly tenant: string;
      readonly request: RunRequest;
      readonly deadlineAt: number;
      readonly maxNodes: number;
    }
  /** Grows the graph; only the running attempt of that plan node may. All nodes, or none. */
  | {
      readonly type: "add-nodes";
      readonly planId: string;
      readonly attempt: number;
      readonly nodes: readonly NodeSpec[];
    }
  /** Adds another planning, which may grow the graph again, while the answer has not begun. */
  | { readonly type: "replan"; readonly nodeId: string }
  | { readonly type: "note"; readonly nodeId: string; readonly text: string }
  | {
      readonly type: "route";
      readonly nodeId: string;
      readonly attempt: number;
      readonly experts: readonly ChosenExpert[];
      readonly reason: string;
      readonly usage?: Usage;
    }
  /** Shows a piece of the answer before it is whole. */
  | {
      readonly type: "tell";
      readonly nodeId: string;
      readonly attempt: number;
      readonly from: number;
      readonly text: string;
    }
  | { readonly type: "start"; readonly nodeId: string; readonly attempt: number; readonly worker: string }
  | {
      readonly type: "complete";
      readonly nodeId: string;
      readonly attempt: number;
      readonly outputs: Readonly<Record<string, Value>>;
      readonly usage: Usage;
    }
  | {
      readonly type: "fail";
      readonly nodeId: string;
      readonly attempt: number;
      readonly error: NodeError;
      /** Left out: the node is given up. */
      readonly next?: NextAttempt | undefined;
    }
  | { readonly type: "decide-condition"; readonly nodeId: string; readonly holds: boolean }
  | { readonly type: "cancel"; readonly reason: string }
  | { readonly type: "expire" }
);

export type Decision =
  | { readonly outcome: "events"; readonly events: readonly RunEvent[] }
  /** Nothing changes: the command comes too late, or again. */
  | { readonly outcome: "stale"; readonly reason: string }
  /** The command itself is at fault. */
  | { readonly outcome: "refused"; readonly reason: string };
