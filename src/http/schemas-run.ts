/** Runs and plans as they are shown. */
import { z } from "zod";
import { answerAssetSchema, answerSchema } from "../fuse/answer.ts";
import { nodeOrigins, nodeStatuses, runStatuses } from "../run/events.ts";
import { bindingSchema, conditionSchema, eachSchema, planNodeSchema } from "../run/plan-node.ts";
import { messageSchema, runOptionsSchema } from "../run/request.ts";
import { valueViewSchema } from "./schemas-value.ts";

const moment = z.iso.datetime();
const milliseconds = z.number().nonnegative();

const errorSchema = z.object({ code: z.string(), message: z.string(), retryable: z.boolean() });
const usageSchema = z.object({
  inputTokens: z.int().nonnegative().optional(),
  cachedTokens: z.int().nonnegative().optional().meta({ description: "Of the input, what was not computed anew" }),
  outputTokens: z.int().nonnegative().optional(),
  cost: z.number().nonnegative().optional().meta({ description: "US dollars, where the provider tells" }),
});
const expertSchema = z.object({ id: z.string(), version: z.string() });

export const nodeViewSchema = z.object({
  id: z.string(),
  kind: z.enum(["plan", "task", "fuse"]),
  task: z.string(),
  status: z.enum(nodeStatuses),
  expert: z.string().optional().meta({ description: "Who does or did it" }),
  experts: z.array(expertSchema).meta({ description: "Everybody who was chosen for it, best first" }),
  routing: z.string().optional().meta({ description: "Why these experts" }),
  inputs: z.record(z.string(), bindingSchema),
  outputs: z.record(z.string(), valueViewSchema),
  timings: z.object({
    addedAt: moment,
    readyAt: moment.optional(),
    startedAt: moment.optional(),
    finishedAt: moment.optional(),
    queueMs: milliseconds.optional(),
    loadMs: milliseconds.optional(),
    runMs: milliseconds.optional(),
    deviceMs: milliseconds.optional(),
  }),
  by: z
    .enum(nodeOrigins)
    .optional()
    .meta({ description: "Who wrote it into the plan, where a language model planned" }),
  usage: usageSchema.optional().meta({ description: "What language models or paid experts took" }),
  attempts: z.int().nonnegative(),
  /** More than one where a worker died over it, or handed it back. */
  deliveries: z.int().nonnegative(),
  worker: z.string().optional().meta({ description: "The process that did it, or is at it" }),
  batchSize: z.int().positive().optional().meta({ description: "Inputs that the expert was given at once" }),
  reused: z.boolean().optional().meta({ description: "Whether it is a recorded result of the same inputs" }),
  failedAttempts: z
    .array(z.object({ attempt: z.int().positive(), expert: z.string().optional(), error: errorSchema }))
    .optional(),
  error: errorSchema.optional(),
  skipped: z.object({ reason: z.string(), cause: z.enum(["condition", "upstream", "refused"]) }).optional(),
  after: z.array(z.string()).optional(),
  when: conditionSchema.optional(),
  each: eachSchema.optional(),
  item: z
    .object({ of: z.string(), index: z.int().nonnegative() })
    .optional()
    .meta({ description: "For one item of a mapped node: whose, and which" }),
});
export type NodeView = z.infer<typeof nodeViewSchema>;

export const answerViewSchema = answerSchema.extend({
  assets: z.array(answerAssetSchema.extend({ url: z.string() })),
});

export const runViewSchema = z.object({
  id: z.string(),
  status: z.enum(runStatuses),
  reason: z.string().optional().meta({ description: "Why it ended as it did, where that needs saying" }),
  createdAt: moment,
  finishedAt: moment.optional(),
  deadlineAt: moment,
  request: z.object({
    messages: z.array(messageSchema),
    options: runOptionsSchema,
    plan: z.array(planNodeSchema).optional(),
  }),
  answer: answerViewSchema.optional().meta({ description: "Once the run has ended" }),
  usage: usageSchema.optional().meta({ description: "Of all nodes together" }),
  nodes: z.array(nodeViewSchema),
  notes: z.array(z.object({ node: z.string(), text: z.string(), at: moment })),
  links: z.object({ self: z.string(), events: z.string(), graph: z.string(), cancel: z.string() }),
});
export type RunView = z.infer<typeof runViewSchema>;

export const runListSchema = z.object({
  runs: z.array(
    z.object({
      id: z.string(),
      status: z.enum(runStatuses),
      title: z.string(),
      createdAt: moment,
      finishedAt: moment.optional(),
      deadlineAt: moment,
      url: z.string(),
    }),
  ),
  next: z.string().optional().meta({ description: "Where the older ones are" }),
});
export type RunList = z.infer<typeof runListSchema>;

export const runEventSchema = z
  .object({
    v: z.int(),
    runId: z.string(),
    seq: z.int().positive(),
    at: z.number().meta({ description: "Epoch milliseconds" }),
    type: z.string(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ description: "What is recorded of a run, as it was committed" });

export const planViewSchema = z.object({
  planner: z.string(),
  nodes: z.array(planNodeSchema),
  problems: z.array(z.object({ nodeId: z.string(), code: z.string(), message: z.string() })),
  notes: z.array(z.string()),
});
export type PlanView = z.infer<typeof planViewSchema>;
