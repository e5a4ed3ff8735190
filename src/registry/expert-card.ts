/** Who can do a task: the card of an expert. */
import { z } from "zod";

/** Technologies that run an expert; all but `builtin` can be registered while Tutti runs. */
export const registrableProviders = ["http", "mcp", "openai", "huggingface", "transformers"] as const;
export const providers = ["builtin", ...registrableProviders] as const;
export type RegistrableProvider = (typeof registrableProviders)[number];
/** `control` is for planning and fusing; the rest are classes of hardware. */
export const lanes = ["control", "cpu", "gpu", "remote"] as const;
export type Lane = (typeof lanes)[number];

export const expertCardSchema = z.object({
  /** `provider/model`, e.g. `builtin/centernet-coco`. */
  id: z.string().regex(/^[a-z0-9-]+\/[A-Za-z0-9._/-]+$/),
  version: z.string(),
  task: z.string(),
  title: z.string(),
  /** What it is good at, for whoever chooses. */
  description: z.string().optional(),
  /** Requests that it is meant for. */
  examples: z.array(z.string()).readonly().optional(),
  provider: z.enum(providers),
  /** The model or method, as a person would look it up. */
  model: z.string(),
  lane: z.enum(lanes),
  /** Experts of one runtime share one child process. */
  runtime: z.string().regex(/^[a-z0-9-]+$/),
  limits: z.object({
    /** Milliseconds for one call, loading included. */
    timeoutMs: z.int().positive(),
    /** Calls at once in one worker. */
    concurrency: z.int().positive(),
    /** Resident memory of the loaded model, MiB, as measured. */
    memoryMiB: z.int().positive(),
    /** Given where the expert takes many inputs in one call. */
    batch: z
      .object({
        /** Inputs in one call at most. */
        max: z.int().min(2),
        /** Milliseconds that an idle expert waits for company of the first input. */
        waitMs: z.int().min(0).default(0),
        /** Memory that every input takes while the call runs, MiB. */
        memoryMiB: z.number().min(0).default(0),
      })
      .optional(),
  }),
  /** Same inputs, same outputs: a recorded result may be reused. */
  pure: z.boolean(),
  effects: z.enum(["none", "external"]),
  licence: z.object({ code: z.string(), weights: z.string().optional() }),
  /** One honest sentence: how good it is, and where it fails. */
  quality: z.string(),
  /** 0..1, prior for ranking among experts of one task: 1 as good as the best known, 0.5 usable. */
  merit: z.number().min(0).max(1),
  /** US dollars of one call, about. */
  cost: z.number().min(0).optional(),
  languages: z.array(z.string()).readonly().optional(),
  /** Of the calls, how many this version gets while the one before it is still there. Left out: all. */
  share: z.number().gt(0).lt(1).optional(),
  needs: z
    .object({
      packages: z.array(z.string()).readonly().optional(),
      commands: z.array(z.string()).readonly().optional(),
    })
    .optional(),
  /** How to get what is missing. */
  fix: z.string().optional(),
});
export type ExpertCard = z.infer<typeof expertCardSchema>;
