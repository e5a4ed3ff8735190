/** Assets, tasks, experts and health as they are shown. */
import { z } from "zod";
import { expertStates } from "../ports/expert-store.ts";
import { expertCardSchema } from "../registry/expert-card.ts";
import { taskSpecSchema } from "../registry/task-spec.ts";
import { breakerStates } from "../tutti.ts";
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

const trialSchema = z.object({
  at: z.iso.datetime(),
  ok: z.boolean(),
  runMs: z.number().nonnegative().optional(),
  message: z.string().optional().meta({ description: "Why it failed" }),
});

export const checkViewSchema = trialSchema.extend({
  expert: z.string().meta({ description: "id@version" }),
  runId: z.string().optional(),
});

const registeredSchema = z.object({
  state: z.enum(expertStates).meta({ description: "Only verified and unverified ones are used" }),
  source: z.string().meta({ description: "Who brought it, and may change it" }),
  changedAt: z.iso.datetime(),
  settings: z.record(z.string(), z.unknown()),
  secrets: z.array(z.string()).meta({ description: "Their names; what they are is never shown" }),
  allowHosts: z.array(z.string()),
  share: z.number().optional(),
  trial: trialSchema.optional().meta({ description: "How its last trial call went" }),
});

const measuredSchema = z.object({
  calls: z.number().nonnegative().meta({ description: "About so many: those of an hour ago count half" }),
  successShare: z.number().min(0).max(1).meta({ description: "Of the calls, how many it did its part in" }),
  p50Ms: z.number().nonnegative().optional().meta({ description: "Of calls that went well, loading left out" }),
  p95Ms: z.number().nonnegative().optional(),
  queueMs: z.number().nonnegative().meta({ description: "Mean wait of a step that was ready" }),
  cost: z.number().nonnegative().meta({ description: "Mean of a call, US dollars" }),
  failedInRow: z.int().nonnegative().meta({ description: "Since the last call that went well" }),
  state: z.enum(breakerStates).meta({
    description: "open: it fails, and others are tried before it. half-open: one call may try it",
  }),
  lastError: z
    .object({
      at: z.iso.datetime(),
      code: z.string(),
      message: z.string().optional().meta({ description: "For admins: it may tell of other people's runs" }),
    })
    .optional(),
});

export const expertParamsSchema = z.object({
  id: z.string().meta({ description: "The id of the expert, slashes included; `id@version` for one version" }),
});

export const registerQuerySchema = z.object({
  unverified: z
    .enum(["true", "false"])
    .optional()
    .meta({ description: "Whether it is taken although its trial call goes wrong" }),
  trial: z
    .enum(["true", "false"])
    .optional()
    .meta({ description: "`false` takes it without a trial call, unverified: for many at once, or where calls cost" }),
});

export const expertViewSchema = expertCardSchema.extend({
  ...availability,
  registered: registeredSchema.optional().meta({ description: "Left out for what comes with Tutti" }),
  measured: measuredSchema.optional().meta({ description: "How its calls went; left out where there were none" }),
});
export type ExpertView = z.infer<typeof expertViewSchema>;
export const expertListSchema = z.object({
  experts: z.array(expertViewSchema),
  next: z.string().optional().meta({ description: "Where the list goes on; left out at its end" }),
});

export const expertsQuerySchema = z.object({
  task: z.string().optional().meta({ description: "Only those who do this task" }),
  limit: z
    .string()
    .regex(/^(?:[1-9]\d{0,2}|1000)$/, "expected a number, 1 to 1000")
    .optional()
    .meta({ type: "integer", minimum: 1, maximum: 1000, description: "How many at most; 1000 if not said" }),
  after: z.string().optional().meta({ description: "Only what follows this one: `id@version`" }),
});

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
