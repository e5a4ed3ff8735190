/** What a plan check can object to, and what it is told about the request. */
import type { TaskSpec } from "../registry/task-spec.ts";
import type { AssetId, AssetType } from "../run/value.ts";

/** Every code of a {@link Problem}, with what it means. */
export const problemCodes = {
  malformed: "The node does not have the shape of a plan node.",
  "reserved-id": "The node's id is kept for the controller's own use.",
  "duplicate-id": "An earlier node has the same id.",
  "too-many-nodes": "The plan is longer than allowed.",
  "unknown-task": "The catalogue holds no task of this name.",
  "missing-input": "A required input is not bound, or only by an optional reference.",
  "unknown-input": "The task has no input of this name.",
  "wrong-type": "An input's value is of another type than the task wants.",
  "unknown-node": "A reference, condition or order names a node that is not in the plan.",
  "unknown-output": "A reference names an output that the node's task does not have.",
  "unknown-asset": "An asset that this request does not have.",
  cycle: "Nodes wait for each other, or a node for itself.",
  "bad-template": "A template refers to something that can't be written as text.",
  "bad-condition": "A condition's operator and value don't fit what it looks at.",
  "bad-each": "A map goes over something that is no list, or an item is used outside of a map.",
  "bad-index": "An index into something that is no list, or beyond its end.",
  "bad-list": "A spelled-out list is empty or of mixed types.",
} as const satisfies Record<string, string>;

export type ProblemCode = keyof typeof problemCodes;

export interface Problem {
  /** The faulty node; `#3` for the third of a plan where it has no readable id. */
  readonly nodeId: string;
  readonly code: ProblemCode;
  /** One sentence for the planner, or the person, that mends it. */
  readonly message: string;
}

/** An asset that a plan may use; messages call it by its handle, else its name, else the start of its id. */
export interface PlanAsset {
  readonly asset: AssetId;
  readonly type: AssetType | "text";
  readonly handle?: string | undefined;
  readonly name?: string | undefined;
}

export interface PlanContext {
  readonly tasks: readonly TaskSpec[];
  readonly assets: readonly PlanAsset[];
  /** @default 64 */
  readonly maxNodes?: number;
  /** Longest list that a plan may spell out to be mapped over. @default 100 */
  readonly maxItems?: number;
}
