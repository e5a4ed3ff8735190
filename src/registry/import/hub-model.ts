/** A model as the hub's `api/models/ID` tells of it. What is of another type than expected counts as not told. */
import { z } from "zod";
import { servedBySchema } from "./served-by.ts";

const text = z.string().optional().catch(undefined);
const count = z.number().optional().catch(undefined);

export const hubModelSchema = z.object({
  id: z.string(),
  pipeline_tag: text,
  library_name: text,
  downloads: count,
  likes: count,
  tags: z.array(z.unknown()).optional().catch(undefined),
  /** The head of the model card, in YAML: anything may be in it. */
  cardData: z.object({ license: z.unknown(), language: z.unknown() }).partial().optional().catch(undefined),
  /** Whether its terms must be accepted first. */
  gated: z.union([z.boolean(), z.string()]).optional().catch(undefined),
  disabled: z.boolean().optional().catch(undefined),
  inferenceProviderMapping: servedBySchema.optional().catch(undefined),
});
export type HubModel = z.infer<typeof hubModelSchema>;
