/** What is said of an expert on a server that speaks OpenAI's API. */
import { z } from "zod";

const MIB = 2 ** 20;

/** The parts of OpenAI's API that Tutti calls, each a path or two. */
export const apis = ["chat", "embeddings", "transcriptions", "speech", "images"] as const;
export type Api = (typeof apis)[number];

/** Where settings stop too late, as they are often copied from examples. */
const methodPath = /\/(?:completions|embeddings|transcriptions|speech|generations|models)\/?$/;

const optionsSchema = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().gt(0).max(1).optional(),
  /** Of the answer. */
  maxTokens: z.int().positive().optional(),
  seed: z.int().optional(),
  /** Of a vector, for models that let one choose. */
  dimensions: z.int().positive().optional(),
  /** That is spoken in recordings, ISO 639-1. */
  language: z.string().min(2).max(20).optional(),
  voice: z.string().min(1).max(100).optional(),
  /** 1 is as the voice speaks. */
  speed: z.number().min(0.25).max(4).optional(),
  /** How to speak, where the model can be told. */
  instructions: z.string().max(4000).optional(),
  /** Of speech; the others of OpenAI are no files that Tutti keeps. */
  format: z.enum(["mp3", "wav", "flac", "opus"]).optional(),
  /** Of pictures: `1024x1024`, or a word of the server's. */
  size: z.string().min(1).max(50).optional(),
  quality: z.string().min(1).max(50).optional(),
});
export type OpenaiOptions = z.infer<typeof optionsSchema>;

export const openaiSettingsSchema = z.strictObject({
  /** Up to and with the version: `https://api.openai.com/v1`. */
  baseUrl: z
    .url({ protocol: /^https?$/, error: "expected an http or https URL" })
    .max(2000)
    .refine((url) => !methodPath.test(url), "expected it to end with the version, as in .../v1")
    .refine((url) => !/[?#]/.test(url), "expected no ? and no #"),
  /** As the server calls it. */
  model: z.string().min(1).max(300),
  /** Left out: what fits the task's inputs and outputs. */
  api: z.enum(apis).optional(),
  /** What the model is told, with `{{name}}` for inputs; for transcriptions, words that help to spell. */
  prompt: z.string().min(1).max(20_000).optional(),
  options: optionsSchema.default({}),
  /** Further fields of each request as this server calls them; null takes one out that Tutti would send. */
  extra: z.record(z.string().min(1).max(100), z.json()).default({}),
  /** Sent with each request besides the key, and may be seen by everybody. */
  headers: z.record(z.string().min(1).max(100), z.string().max(4000)).default({}),
  /** For embeddings: whose model of that name it is. Vectors are compared where model and this are the same. */
  space: z.string().min(1).max(100).default("openai"),
  /** The largest answer. Bytes, decompressed. */
  maxBytes: z
    .int()
    .min(1)
    .max(256 * MIB)
    .default(64 * MIB),
});
export type OpenaiSettings = z.infer<typeof openaiSettingsSchema>;

/** Which options mean something where. */
export const optionsOf: Readonly<Record<Api, readonly (keyof OpenaiOptions)[]>> = {
  chat: ["temperature", "topP", "maxTokens", "seed"],
  embeddings: ["dimensions"],
  transcriptions: ["language", "temperature"],
  speech: ["voice", "speed", "instructions", "format"],
  images: ["size", "quality"],
};
