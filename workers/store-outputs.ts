/** Checks what an expert returned against its task, keeps the files as assets, and gives the values to record. */
import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { z } from "zod";
import type { Asset, AssetOrigin } from "../src/assets/asset.ts";
import { inspectFile } from "../src/assets/inspect-file.ts";
import { safeName } from "../src/assets/safe-name.ts";
import { spill } from "../src/assets/values.ts";
import { TuttiError } from "../src/errors.ts";
import type { AssetStore } from "../src/ports/asset-store.ts";
import type { TaskSpec } from "../src/registry/task-spec.ts";
import { own } from "../src/run/state.ts";
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
  json: z.unknown().transform(asJson),
  boxes: z.array(detectionSchema).transform((value) => ({ type: "boxes" as const, value })),
  labels: z.array(labelSchema).transform((value) => ({ type: "labels" as const, value })),
  table: tableSchema.transform((value) => ({ type: "table" as const, value })),
  embedding: embeddingSchema.transform((value) => ({ type: "embedding" as const, value })),
};

/** What JSON can't hold would be lost when the value is written down, or could not be written down at all. */
function asJson(raw: unknown, context: z.RefinementCtx): Value {
  try {
    const json = JSON.stringify(raw);
    if (json !== undefined) return { type: "json", value: JSON.parse(json) };
  } catch {
    // A cycle, or a number too large for JSON.
  }
  context.addIssue("is not JSON");
  return z.NEVER;
}

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
      const value = await tag(type, own(outputs, output), `output ${output} of ${task.id}`, destination, origin);
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
  const output = parse(outputFileSchema, raw, what);
  const name = safeName(output.name);
  const asset = await assets.put(createReadStream(await fileIn(scratch, output.path, what)), {
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
  if (!isKind(asset.type, type))
    throw new TuttiError("expert-failed", `${what} is not ${type}, but ${asset.mediaType}`);
  return { type, asset: asset.id, name };
}

/** Masks are pictures, and a text may well be a document. */
function isKind(found: Asset["type"], wanted: AssetType | "mask"): boolean {
  return found === wanted || (wanted === "mask" && found === "image") || (wanted === "document" && found === "text");
}

/** The file that is really meant, which is what may be read: a link could lead anywhere, and a pipe has no end. */
async function fileIn(folder: string, path: string, what: string): Promise<string> {
  const root = await realpath(folder);
  const file = await realpath(resolve(root, path)).catch(() => undefined);
  if (file === undefined) throw new TuttiError("expert-failed", `${what} is a file that was not made`);
  if (!file.startsWith(root + sep)) {
    throw new TuttiError("expert-failed", `${what} lies outside of the folder that the expert was given`);
  }
  if (!(await stat(file)).isFile()) throw new TuttiError("expert-failed", `${what} is no file`);
  return file;
}

function parse<T>(schema: z.ZodType<T>, raw: unknown, what: string): T {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`.trim());
  throw new TuttiError("expert-failed", `${what} is not what the task promises: ${faults.slice(0, 3).join("; ")}`);
}
