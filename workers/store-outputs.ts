/** Checks what an expert returned against its task, keeps the files as assets, and gives the values to record. */
import { createReadStream } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { z } from "zod";
import type { AssetOrigin } from "../src/assets/asset.ts";
import { inspectFile } from "../src/assets/inspect-file.ts";
import { spill } from "../src/assets/values.ts";
import { TuttiError } from "../src/errors.ts";
import type { AssetStore } from "../src/ports/asset-store.ts";
import type { TaskSpec } from "../src/registry/task-spec.ts";
import {
  detectionSchema,
  embeddingSchema,
  isAssetType,
  labelSchema,
  tableSchema,
  type AssetType,
  type DataType,
  type Value,
  type ValueType,
} from "../src/run/value.ts";

const outputFileSchema = z.object({ path: z.string(), mediaType: z.string(), name: z.string() });

/** One schema per data type, on the untagged form that experts return. */
const taggers: { readonly [T in DataType]: z.ZodType<Value> } = {
  text: z.string().transform((value) => ({ type: "text" as const, value })),
  number: z.number().transform((value) => ({ type: "number" as const, value })),
  boolean: z.boolean().transform((value) => ({ type: "boolean" as const, value })),
  json: z.unknown().transform((value) => ({ type: "json" as const, value })),
  boxes: z.array(detectionSchema).transform((value) => ({ type: "boxes" as const, value })),
  labels: z.array(labelSchema).transform((value) => ({ type: "labels" as const, value })),
  table: tableSchema.transform((value) => ({ type: "table" as const, value })),
  embedding: embeddingSchema.transform((value) => ({ type: "embedding" as const, value })),
};

export interface OutputDestination {
  readonly assets: AssetStore;
  readonly tenant: string;
  /** Files are taken from this folder only. */
  readonly scratch: string;
  readonly runId: string;
  readonly nodeId: string;
}

/** @throws TuttiError `expert-failed` where an output is missing or not of its type */
export async function storeOutputs(
  task: TaskSpec,
  outputs: Readonly<Record<string, unknown>>,
  destination: OutputDestination,
): Promise<Record<string, Value>> {
  const { assets, tenant, runId, nodeId } = destination;
  const entries = await Promise.all(
    Object.entries(task.outputs).map(async ([output, { type }]) => {
      const origin: AssetOrigin = { kind: "node", runId, nodeId, output };
      const value = await tag(type, outputs[output], `output ${output} of ${task.id}`, destination, origin);
      return [output, await spill(assets, tenant, value, origin)] as const;
    }),
  );
  return Object.fromEntries(entries);
}

async function tag(
  type: ValueType,
  raw: unknown,
  what: string,
  destination: OutputDestination,
  origin: AssetOrigin,
): Promise<Value> {
  if (typeof type !== "string") {
    const list = parse(z.array(z.unknown()), raw, what);
    const items = await Promise.all(
      list.map((item, index) => tag(type.list, item, `${what}[${index}]`, destination, origin)),
    );
    return { type: "list", of: type.list, items };
  }
  return isAssetType(type) ? keepFile(type, raw, what, destination, origin) : parse(taggers[type], raw, what);
}

async function keepFile(
  type: AssetType | "mask",
  raw: unknown,
  what: string,
  { assets, tenant, scratch }: OutputDestination,
  origin: AssetOrigin,
): Promise<Value> {
  const { path, name } = parse(outputFileSchema, raw, what);
  const inside = relative(resolve(scratch), resolve(path));
  if (inside.startsWith(`..${sep}`) || inside === "..") {
    throw new TuttiError("expert-failed", `${what} lies outside of the folder that the expert was given`);
  }
  const asset = await assets.put(createReadStream(path), {
    tenant,
    describe: async (file, id, bytes) => ({
      ...(await inspectFile(file, { name })),
      id,
      bytes,
      name,
      createdAt: new Date().toISOString(),
      origin,
    }),
  });
  return { type, asset: asset.id, name };
}

function parse<T>(schema: z.ZodType<T>, raw: unknown, what: string): T {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`.trim());
  throw new TuttiError("expert-failed", `${what} is not what the task promises: ${faults.slice(0, 3).join("; ")}`);
}
