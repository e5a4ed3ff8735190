import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";
import { dtypes } from "./settings.ts";

const lengths = { max_position_embeddings: z.number().optional() };
const dtypeSchema = z.enum(dtypes);

const configSchema = z.looseObject({
  model_type: z.string(),
  ...lengths,
  text_config: z.looseObject(lengths).optional(),
  /** What its maker recommends. */
  "transformers.js_config": z
    .looseObject({
      dtype: z
        .union([dtypeSchema, z.record(z.string(), dtypeSchema)])
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});
export type ModelConfig = z.infer<typeof configSchema>;

/** @throws TuttiError `expert-unavailable` where it is not there, or not one of a model */
export async function readConfig(folder: string, model: string): Promise<ModelConfig> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
  } catch (error) {
    throw new TuttiError("expert-unavailable", `${model} has no config.json that can be read`, { cause: error });
  }
  const parsed = configSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new TuttiError("expert-unavailable", `the config.json of ${model} names no model_type`);
}
