/** What a run says in the end. */
import { z } from "zod";
import { assetIdSchema, assetTypes } from "../run/value.ts";

/** `text.slice(start, end)` is the marker, e.g. `[t2]`, that says where the words before it come from. */
export const citationSchema = z.object({
  node: z.string(),
  task: z.string(),
  expert: z.string().optional(),
  /** UTF-16 offsets into the text. */
  start: z.int().nonnegative(),
  end: z.int().positive(),
});
export type Citation = z.infer<typeof citationSchema>;

export const answerAssetSchema = z.object({
  asset: assetIdSchema,
  type: z.enum([...assetTypes, "mask"]),
  name: z.string().optional(),
  /** The node and output that made it. */
  node: z.string(),
  output: z.string(),
});
export type AnswerAsset = z.infer<typeof answerAssetSchema>;

export const answerSchema = z.object({
  /** `reply`: no step stands behind it; it is what the language model says of itself. Left out: it is made of results. */
  basis: z.literal("reply").optional(),
  text: z.string(),
  citations: z.array(citationSchema),
  assets: z.array(answerAssetSchema),
});
export type Answer = z.infer<typeof answerSchema>;
