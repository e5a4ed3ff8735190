/** Outputs as a run records them, written down outside of the run: read back, and the assets that they lean on. */
import { z } from "zod";
import type { AssetStore } from "../ports/asset-store.ts";
import { assetIdSchema, isAssetType, valueSchema, valueTypeSchema, type Value, type ValueType } from "../run/value.ts";
import { loadSpilled } from "./values.ts";

const spilledSchema = z.object({
  type: z.literal("spilled"),
  of: valueTypeSchema,
  ref: assetIdSchema,
  bytes: z.number(),
  length: z.number().exactOptional(),
});
const outputsSchema = z.record(z.string(), z.union([spilledSchema, valueSchema]));

/** Undefined for what can't be read as outputs. */
export function parseOutputs(json: string): Record<string, Value> | undefined {
  try {
    return outputsSchema.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}

/**
 * The ids of all assets without which the value is not whole: files, spilled values, and the files named within these.
 * @throws TuttiError as `loadSpilled`
 */
export async function assetsBehind(assets: AssetStore, tenant: string, value: Value): Promise<string[]> {
  if (value.type === "spilled") {
    const within = holdsFiles(value.of) ? await loadSpilled(assets, tenant, value) : undefined;
    return [value.ref, ...(within ? await assetsBehind(assets, tenant, within) : [])];
  }
  if (value.type === "list") {
    return (await Promise.all(value.items.map((item) => assetsBehind(assets, tenant, item)))).flat();
  }
  return "asset" in value ? [value.asset] : [];
}

function holdsFiles(type: ValueType): boolean {
  return typeof type === "string" ? isAssetType(type) : holdsFiles(type.list);
}
