/** An input that still needs something. */
import type { InputSpec } from "../../registry/task-spec.ts";
import type { Said } from "./draft-plan.ts";
import type { MendKind } from "./mend.ts";
import type { Step } from "./plan-work.ts";

export interface Wish {
  readonly step: Step;
  readonly input: string;
  readonly spec: InputSpec;
  /** What was said instead; undefined where nothing was. */
  readonly said: Said | undefined;
  /** What is wrong with that. */
  readonly kind: MendKind;
}
