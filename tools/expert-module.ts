/** Modules that bring experts: they export an array `experts` of what `defineExpert` returns. */
import { z } from "zod";
import { expertCardSchema } from "../src/registry/expert-card.ts";
import { taskSpecSchema } from "../src/registry/task-spec.ts";
import type { Expert } from "./define-expert.ts";

export interface ExpertModule {
  readonly experts: readonly Expert[];
}

const moduleSchema = z.object({
  experts: z.array(
    z.object({
      card: expertCardSchema,
      task: taskSpecSchema,
      load: z.function(),
      run: z.function(),
    }),
  ),
});

export function isExpertModule(module: unknown): module is ExpertModule {
  return moduleSchema.safeParse(module).success;
}
