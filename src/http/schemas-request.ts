/** Bodies, queries and headers as clients send them. */
import { z } from "zod";
import { planNodeSchema } from "../run/plan-node.ts";
import { runOptionsSchema } from "../run/request.ts";
import { assetIdSchema } from "../run/value.ts";

const fileUrlSchema = z.string().meta({
  description: "A data: URL, or an http(s) URL of a public server, from where the file is fetched and stored",
});

const textPartSchema = z.object({ type: z.literal("text"), text: z.string() });

const imagePartSchema = z.object({
  type: z.literal("image_url"),
  image_url: z.union([fileUrlSchema, z.object({ url: fileUrlSchema })]),
});

const audioPartSchema = z.object({
  type: z.literal("input_audio"),
  input_audio: z.object({
    data: z.string().meta({ description: "Base64, a data: URL, or an http(s) URL of a public server" }),
    format: z.string().optional().meta({ description: "Not needed: the bytes tell" }),
  }),
});

const filePartSchema = z.object({
  type: z.literal("file"),
  file: z
    .object({
      file_data: z
        .string()
        .optional()
        .meta({ description: "Base64, a data: URL, or an http(s) URL of a public server" }),
      file_id: assetIdSchema.optional().meta({ description: "The id of an uploaded asset" }),
      filename: z.string().optional(),
    })
    .refine(
      (file) => (file.file_data === undefined) !== (file.file_id === undefined),
      "give either file_data or file_id (the id of an uploaded asset)",
    ),
});

const assetPartSchema = z.object({
  type: z.literal("asset"),
  asset: assetIdSchema.meta({ description: "The id of an uploaded or produced asset" }),
  name: z.string().optional(),
});

export const requestPartSchema = z.discriminatedUnion("type", [
  textPartSchema,
  imagePartSchema,
  audioPartSchema,
  filePartSchema,
  assetPartSchema,
]);
export type RequestPart = z.infer<typeof requestPartSchema>;

export const requestMessageSchema = z.object({
  role: z.enum(["system", "user", "assistant"]),
  content: z.union([z.string(), z.array(requestPartSchema)]),
});

export const runBodySchema = z.strictObject({
  messages: z.array(requestMessageSchema),
  options: runOptionsSchema.optional(),
  plan: z.array(planNodeSchema).optional().meta({ description: "Run this plan instead of having one made" }),
});
export type RunBody = z.infer<typeof runBodySchema>;

/** The text fields of a form; all but `request` are JSON. */
export const runFormSchema = z.strictObject({
  request: z.string().optional().meta({ description: "The request in plain words" }),
  messages: z.string().optional().meta({ description: "Instead of `request`: messages as JSON" }),
  options: z.string().optional().meta({ description: "JSON" }),
  plan: z.string().optional().meta({ description: "JSON" }),
});

export const cancelBodySchema = z.strictObject({ reason: z.string().trim().min(1).max(500).optional() });

export const runParamsSchema = z.object({ id: z.string().meta({ description: "The id of the run" }) });
export const assetParamsSchema = z.object({ id: z.string().meta({ description: "The SHA-256 of the bytes" }) });
export const taskParamsSchema = z.object({ id: z.string().meta({ description: "The name of the task" }) });

const wholeNumber = /^\d{1,15}$/;

export const waitQuerySchema = z.object({
  wait: z
    .string()
    .regex(/^\d{1,3}(\.\d{1,3})?$/, "expected seconds, 0 to 300")
    .refine((text) => Number(text) <= 300, "expected seconds, 0 to 300")
    .optional()
    .meta({ type: "number", minimum: 0, maximum: 300, description: "Seconds to wait for the end of the run" }),
});

export const runHeadersSchema = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[\x20-\x7e]{1,255}$/, "expected 1 to 255 printable ASCII characters")
    .optional()
    .meta({ description: "The same key with the same request gives the same run" }),
});

export const listQuerySchema = z.object({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, "expected a number, 1 to 100")
    .refine((text) => Number(text) >= 1 && Number(text) <= 100, "expected a number, 1 to 100")
    .optional()
    .meta({ type: "integer", minimum: 1, maximum: 100, description: "How many at most; 50 if not said" }),
  before: z.iso
    .datetime({ offset: true })
    .optional()
    .meta({ description: "Only runs created before this moment, ISO 8601" }),
});

export const eventsQuerySchema = z.object({
  after: z
    .string()
    .regex(wholeNumber, "expected the seq of an event")
    .optional()
    .meta({ type: "integer", minimum: 0, description: "Only events after this seq" }),
});

export const eventsHeadersSchema = z.object({
  "last-event-id": z
    .string()
    .regex(wholeNumber, "expected the seq of an event")
    .optional()
    .meta({ type: "integer", description: "As `after`, and stronger: browsers send it when they connect again" }),
});

export const graphFormats = ["text", "mermaid", "json"] as const;
export const graphQuerySchema = z.object({
  format: z.enum(graphFormats).optional().meta({ description: "If not said: what `Accept` prefers, else text" }),
});

export const uploadHeadersSchema = z.object({
  "x-filename": z.string().optional().meta({ description: "The file's name, percent-encoded where it isn't ASCII" }),
});

export const rangeHeadersSchema = z.object({
  range: z.string().optional().meta({ description: "One range of bytes: `bytes=0-1023`" }),
});
