/** What a planner tells of its work, for logs and measurements. */
import type { ModelUsage } from "../../ports/language-model.ts";
import type { NodeOrigin } from "../../run/events.ts";

export type PlanningEvent =
  | {
      readonly type: "call";
      readonly purpose: "plan" | "repair";
      readonly promptCharacters: number;
      readonly usage?: ModelUsage | undefined;
    }
  | { readonly type: "node"; readonly id: string; readonly by: NodeOrigin }
  | { readonly type: "reply" | "cannot"; readonly text: string };
