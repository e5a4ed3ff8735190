/** A request in its one normal form: every byte is already an asset. */
import { z } from "zod";
import { planNodeSchema } from "./plan-node.ts";
import { assetIdSchema, assetTypes } from "./value.ts";

export const partSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({
    type: z.literal("asset"),
    asset: assetIdSchema,
    kind: z.enum([...assetTypes, "text"]),
    name: z.string().optional(),
  }),
]);
export type Part = z.infer<typeof partSchema>;

export const messageSchema = z.object({
  role: z.enum(["system", "user", "assistant"]),
  content: z.array(partSchema),
});
export type Message = z.infer<typeof messageSchema>;

export const runOptionsSchema = z.strictObject({
  /** Seconds from acceptance after which the run expires. @default 600 */
  deadline: z.number().positive().max(86_400).optional(),
  /** Whether steps with effects outside Tutti may run. @default "none" */
  effects: z.enum(["none", "external"]).optional(),
  /** 0 (first) to 9 (last). @default 5 */
  priority: z.int().min(0).max(9).optional(),
  /** Whether recorded results of pure experts may be taken instead of computing them again. @default true */
  reuse: z.boolean().optional(),
});
export type RunOptions = z.infer<typeof runOptionsSchema>;

export const runRequestSchema = z.object({
  messages: z.array(messageSchema),
  options: runOptionsSchema,
  /** A plan to run as it is, instead of having one made. */
  plan: z.array(planNodeSchema).optional(),
});
export type RunRequest = z.infer<typeof runRequestSchema>;
