/** An expert as a registry holds it. */
import type { ExpertRecord } from "../ports/expert-store.ts";
import type { ExpertCard } from "./expert-card.ts";
import type { TaskSpec } from "./task-spec.ts";

export interface ExpertEntry {
  readonly card: ExpertCard;
  /** Why it can't be used here, with how to change that; undefined where it can. */
  readonly unavailable?: string | undefined;
  /** Left out for what is built in. */
  readonly record?: ExpertRecord | undefined;
}

/** An expert that was registered, with the task that it brings or does. */
export interface RegisteredExpert extends ExpertEntry {
  readonly record: ExpertRecord;
  readonly task: TaskSpec;
}
