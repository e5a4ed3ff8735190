import type { InferenceProviderOrPolicy } from "@huggingface/inference";
import { z } from "zod";

const MIB = 2 ** 20;

/** As the library has them: importing it takes a fifth of a second, which no registration needs. */
export const inferenceProviders = [
  "auto",
  "baseten",
  "cerebras",
  "cohere",
  "deepinfra",
  "fal-ai",
  "featherless-ai",
  "fireworks-ai",
  "groq",
  "hf-inference",
  "novita",
  "nscale",
  "openai",
  "ovhcloud",
  "publicai",
  "replicate",
  "scaleway",
  "together",
  "wavespeed",
  "zai-org",
] as const satisfies readonly InferenceProviderOrPolicy[];

const urlSchema = z.url({ protocol: /^https?$/ });
const wordsSchema = z.record(z.string().min(1).max(200), z.string().min(1).max(200));

/** They are what a call itself is made of. */
const ours = ["accessToken", "endpointUrl", "inputs", "messages", "model", "provider", "stream"];

export const huggingfaceSettingsSchema = z
  .strictObject({
    /** As on the hub: `OWNER/NAME`. For an endpoint of one's own, what it calls its model. */
    model: z
      .string()
      .max(200)
      .regex(/^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/, "expected a model's name, as OWNER/NAME"),
    /** Who runs the model; `auto` is the first in the order that the token's owner chose. @default auto */
    provider: z.enum(inferenceProviders).optional(),
    /** An endpoint of one's own, in place of a provider. */
    endpointUrl: urlSchema.optional(),
    /** Whether the model is asked by its task's own call, or as one that chats. @default what most models of the task take */
    api: z.enum(["task", "chat"]).optional(),
    /** Further parameters of the task's call, or of a chat completion. */
    parameters: z
      .record(z.string(), z.unknown())
      .refine((given) => !ours.some((name) => Object.hasOwn(given, name)), `can't hold ${ours.join(", ")}`)
      .default({}),
    /** What a class is called here, by what the model calls it: `{"LABEL_0": "negative"}`. */
    labels: wordsSchema.default({}),
    /**
     * For translation: what the model calls a language, by its English name or code (`{"French": "fra_Latn"}`), or an
     * empty text for the only one that it translates into.
     */
    languages: z.record(z.string().min(1).max(100), z.string().max(100)).default({}),
    /** The organisation that pays. */
    billTo: z.string().min(1).max(100).optional(),
    /** A mirror of the hub. @default HF_ENDPOINT of the worker */
    hubUrl: urlSchema.optional(),
    /** What stands in for https://router.huggingface.co, such as a proxy of one's own. */
    routerUrl: urlSchema.optional(),
    /** The largest answer, and each file that it points at. Bytes. */
    maxBytes: z
      .int()
      .min(1)
      .max(256 * MIB)
      .default(64 * MIB),
  })
  .refine(({ provider, endpointUrl }) => provider === undefined || endpointUrl === undefined, {
    path: ["endpointUrl"],
    message: "is in place of a provider: leave out one of them",
  });
export type HuggingFaceSettings = z.infer<typeof huggingfaceSettingsSchema>;
