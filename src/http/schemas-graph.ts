/** The graph of a run as data, for programs that draw it. */
import { z } from "zod";
import { nodeOrigins, nodeStatuses, runStatuses } from "../run/events.ts";

const previews = z
  .record(z.string(), z.string())
  .meta({ description: "Short previews by name; the run has the values" });
const milliseconds = z.number().nonnegative();
const count = z.int().nonnegative();

export const graphSchema = z.object({
  runId: z.string(),
  status: z.enum(runStatuses),
  nodes: z
    .array(
      z.object({
        id: z.string(),
        kind: z.enum(["plan", "task", "fuse"]),
        task: z.string(),
        status: z.enum(nodeStatuses),
        expert: z.object({ id: z.string(), version: z.string() }).optional(),
        by: z
          .enum(nodeOrigins)
          .optional()
          .meta({ description: "Who wrote it into the plan, where a language model planned" }),
        attempts: z.int().nonnegative(),
        inputs: previews,
        outputs: previews,
        usage: z.object({
          queueMs: milliseconds.optional(),
          loadMs: milliseconds.optional(),
          runMs: milliseconds.optional(),
          deviceMs: milliseconds.optional(),
          inputTokens: count.optional(),
          cachedTokens: count.optional(),
          outputTokens: count.optional(),
          cost: z.number().nonnegative().optional().meta({ description: "US dollars" }),
        }),
        startedAt: z.number().optional().meta({ description: "Epoch milliseconds" }),
        finishedAt: z.number().optional().meta({ description: "Epoch milliseconds" }),
        durationMs: milliseconds.optional(),
        error: z.object({ code: z.string(), message: z.string(), retryable: z.boolean() }).optional(),
        skip: z.object({ reason: z.string(), cause: z.enum(["condition", "upstream", "refused"]) }).optional(),
        width: z.int().nonnegative().optional().meta({ description: "For a mapped node: how many items it has" }),
        index: z.int().nonnegative().optional().meta({ description: "For an item: its place in what was mapped" }),
      }),
    )
    .meta({ description: "In reading order, each after what it depends on" }),
  edges: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      kind: z.enum(["data", "order", "condition", "item"]),
      output: z.string().optional(),
      input: z.string().optional(),
    }),
  ),
  criticalPath: z.array(z.string()),
});
