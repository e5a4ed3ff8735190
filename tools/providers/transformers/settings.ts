import { isAbsolute } from "node:path";
import { z } from "zod";

/** As Transformers.js names them, with what their files are called. */
export const dtypeSuffixes = {
  fp32: "",
  fp16: "_fp16",
  q8: "_quantized",
  int8: "_int8",
  uint8: "_uint8",
  q4: "_q4",
  q4f16: "_q4f16",
  bnb4: "_bnb4",
  q2: "_q2",
  q2f16: "_q2f16",
  q1: "_q1",
  q1f16: "_q1f16",
} as const;
export type Dtype = keyof typeof dtypeSuffixes;

export const dtypes = Object.keys(dtypeSuffixes).filter((name): name is Dtype => Object.hasOwn(dtypeSuffixes, name));
const dtypeSchema = z.enum(dtypes);

/** Both become parts of paths. */
const modelName = /^[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)?$/;
const revisionName = /^[A-Za-z0-9][\w./-]{0,99}$/;

export const transformersSettingsSchema = z.strictObject({
  /** `ORG/NAME` on the hub or in the folder of models, or the absolute path of a folder with `config.json` and `onnx/`. */
  model: z
    .string()
    .max(500)
    .refine(
      (model) => isAbsolute(model) || (modelName.test(model) && !model.includes("..")),
      "expected ORG/NAME, or the absolute path of a folder",
    ),
  /** Branch, tag or commit on the hub. What was downloaded once stays, also where a branch moves on. */
  revision: z
    .string()
    .regex(revisionName, "expected a branch, a tag or a commit")
    .refine((revision) => !revision.includes(".."), "expected a branch, a tag or a commit")
    .default("main"),
  /** For all files of weights, or by their names: `{"vision_encoder": "fp16"}`. Left out: the model's own choice, or what suits the device. */
  dtype: z.union([dtypeSchema, z.record(z.string().max(100), dtypeSchema)]).optional(),
  /** `auto`: CUDA on the gpu lane. Without a CUDA that works, the processor, which is then told. */
  device: z.enum(["auto", "cpu", "cuda"]).default("auto"),
  /** Threads for one operation; more help a large model that has the machine for itself. */
  threads: z.int().min(1).max(64).default(2),
  /** Of what is written: captions, answers, summaries, transcripts of 30 seconds. */
  maxTokens: z.int().min(1).max(8192).optional(),
  /** Of the input, where the model wants to be told: `en`. Left out, it is found out. */
  language: z.string().min(2).max(20).optional(),
  /** How a vector is made of those of a text's tokens. */
  pooling: z.enum(["mean", "cls", "last_token"]).optional(),
  /** What numbers of boxes mean that a vision-language model writes as JSON. */
  boxUnit: z.enum(["thousandths", "pixels"]).optional(),
  /**
   * `symbolic`: a language model that sees nothing answers from what programs find in the picture; its card says so.
   */
  sees: z.enum(["pixels", "symbolic"]).default("pixels"),
  /** Longest side of a picture that a vision-language model is given, pixels. */
  maxSide: z.int().min(16).max(8192).optional(),
});
export type TransformersSettings = z.infer<typeof transformersSettingsSchema>;
