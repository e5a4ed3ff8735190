/** Models whose texts, pictures or sounds share one space: CLIP (Radford et al. 2021), SigLIP, CLAP. */
import type { Tensor } from "@huggingface/transformers";
import { z } from "zod";
import { TuttiError } from "../../../../src/errors.ts";
import type { Library } from "../library.ts";
import type { ObtainedModel } from "../obtain-model.ts";

export interface JointModel {
  readonly textClass: "CLIPTextModelWithProjection" | "SiglipTextModel" | "ClapTextModelWithProjection";
  readonly textOutput: string;
  readonly padding: true | "max_length";
  /** Undefined: it has no eye. */
  readonly visionClass?: "CLIPVisionModelWithProjection" | "SiglipVisionModel";
  readonly visionOutput?: string;
}

/** By the model type of the configuration. */
export const jointModels: Readonly<Record<string, JointModel | undefined>> = {
  clip: {
    textClass: "CLIPTextModelWithProjection",
    textOutput: "text_embeds",
    padding: true,
    visionClass: "CLIPVisionModelWithProjection",
    visionOutput: "image_embeds",
  },
  siglip: {
    textClass: "SiglipTextModel",
    textOutput: "pooler_output",
    padding: "max_length",
    visionClass: "SiglipVisionModel",
    visionOutput: "pooler_output",
  },
  clap: { textClass: "ClapTextModelWithProjection", textOutput: "text_embeds", padding: true },
};

/** Vectors of one model may be compared, whichever half made them. */
export function spaceOf({ name }: ObtainedModel): string {
  return `transformers:${name}`;
}

/** Rows of an output, made of length 1. @throws TuttiError `expert-failed` where it is no matrix of numbers */
export function vectorsOf({ Tensor: TensorClass }: Library, outputs: unknown, name: string): number[][] {
  const parsed = z.record(z.string(), z.unknown()).safeParse(outputs);
  const found = parsed.data?.[name];
  if (!(found instanceof TensorClass)) throw new TuttiError("expert-failed", `the model gave no ${name}`);
  const rows: Tensor = found.normalize();
  const vectors = z.array(z.array(z.number())).safeParse(rows.tolist());
  if (vectors.success) return vectors.data;
  throw new TuttiError("expert-failed", `the model's ${name} is no list of vectors`);
}
