/** Assets, tasks, experts and health as they are shown. */
import { z } from "zod";
import { expertCardSchema } from "../registry/expert-card.ts";
import { taskSpecSchema } from "../registry/task-spec.ts";
import { assetIdSchema, assetTypes } from "../run/value.ts";

export const assetInfoSchema = z.object({
  id: assetIdSchema,
  type: z.enum([...assetTypes, "text"]),
  mediaType: z.string(),
  bytes: z.int().nonnegative(),
  name: z.string().optional(),
  width: z.int().positive().optional().meta({ description: "Pixels" }),
  height: z.int().positive().optional().meta({ description: "Pixels" }),
  durationMs: z.number().nonnegative().optional(),
  createdAt: z.iso.datetime(),
  origin: z.union([
    z.object({ kind: z.literal("upload") }),
    z.object({ kind: z.literal("node"), runId: z.string(), nodeId: z.string(), output: z.string() }),
  ]),
  url: z.string().meta({ description: "Where the bytes are" }),
});
export type AssetInfo = z.infer<typeof assetInfoSchema>;

export const assetListSchema = z.object({ assets: z.array(assetInfoSchema) });

const availability = {
  available: z.boolean(),
  unavailable: z.string().optional().meta({ description: "Why not, and how to change that" }),
};

export const expertViewSchema = expertCardSchema.extend(availability);
export type ExpertView = z.infer<typeof expertViewSchema>;
export const expertListSchema = z.object({ experts: z.array(expertViewSchema) });

export const taskViewSchema = taskSpecSchema.extend({
  ...availability,
  experts: z.array(z.object({ id: z.string(), ...availability })).meta({ description: "Who does it" }),
});
export type TaskView = z.infer<typeof taskViewSchema>;
export const taskListSchema = z.object({ tasks: z.array(taskViewSchema) });

export const aliveSchema = z.object({ status: z.literal("alive") });

const count = z.int().nonnegative();
const laneSchema = z.object({ waiting: count, delayed: count, active: count, workers: count });

export const readinessSchema = z.object({
  ready: z.boolean(),
  reason: z.string().optional().meta({ description: "Why not, and what to do about it" }),
  warnings: z.array(z.string()).meta({ description: "What holds some work up, though requests are taken" }),
  planner: z.string(),
  languageModel: z.string().meta({ description: "Which one there is, and why that one" }),
  lanes: z.record(z.string(), laneSchema).meta({ description: "Work and workers of each lane" }),
  tasks: z.object({
    available: z.array(z.string()),
    unavailable: z.array(z.object({ id: z.string(), reason: z.string() })),
  }),
});
export type Readiness = z.infer<typeof readinessSchema>;

export const indexSchema = z.object({ name: z.string(), about: z.string(), links: z.record(z.string(), z.string()) });
