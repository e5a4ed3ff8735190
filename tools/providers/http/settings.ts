import { z } from "zod";

const MIB = 2 ** 20;
const urlSchema = z.url({ protocol: /^https?$/ });

export const httpSettingsSchema = z.strictObject({
  /** Where a call is posted. */
  url: urlSchema,
  /** What is sent with each request besides the secrets, and may be seen by everybody. */
  headers: z.record(z.string().min(1).max(100), z.string().max(4000)).default({}),
  /** Files of one request that are larger together go as multipart/form-data. Bytes. */
  inlineBytes: z
    .int()
    .min(0)
    .max(64 * MIB)
    .default(4 * MIB),
  /** The largest answer, files that it points at included. Bytes, decompressed. */
  maxBytes: z
    .int()
    .min(1)
    .max(256 * MIB)
    .default(64 * MIB),
  /** Whether it takes several calls in one request; `limits.batch` says how many. */
  batch: z.boolean().default(false),
  /** Answers a GET with 2xx where a call would be taken. */
  healthUrl: urlSchema.optional(),
});
export type HttpSettings = z.infer<typeof httpSettingsSchema>;
