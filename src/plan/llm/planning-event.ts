/** What a planner tells of its work, for logs and measurements. */
import type { ModelUsage } from "../../ports/language-model.ts";

export type PlanningEvent =
  | {
      readonly type: "call";
      readonly purpose: "plan" | "repair";
      readonly promptCharacters: number;
      readonly usage?: ModelUsage | undefined;
    }
  /** Who made a node: the model at once, the model when it mended it, the tool graph, or the other planner. */
  | { readonly type: "node"; readonly id: string; readonly by: "model" | "repair" | "type-gap" | "fallback" }
  | { readonly type: "reply"; readonly text: string };
