/**
 * Values: the typed data that flows between nodes.
 *
 * A value is tagged with its type. Bytes never travel in a value: pictures, sound, video and documents are
 * handles to assets, and a value over {@link INLINE_LIMIT} is itself kept as an asset (a spilled value).
 */
import { z } from "zod";

/** Largest JSON size, in bytes, of a value that is kept inline in a run's events. */
export const INLINE_LIMIT = 4096;

export const assetTypes = ["image", "audio", "video", "document"] as const;
export type AssetType = (typeof assetTypes)[number];

export const dataTypes = ["text", "number", "boolean", "json", "boxes", "labels", "table", "embedding"] as const;
export type DataType = (typeof dataTypes)[number];

export type BaseType = AssetType | "mask" | DataType;
/** The type of a value: a base type, or a list of one type. */
export type ValueType = BaseType | { readonly list: ValueType };

export const baseTypeSchema = z.enum([...assetTypes, "mask", ...dataTypes]);
export const valueTypeSchema: z.ZodType<ValueType> = z.union([
  baseTypeSchema,
  z.object({
    get list() {
      return valueTypeSchema;
    },
  }),
]);

/** SHA-256 of an asset's bytes, 64 lower-case hex digits. */
export const assetIdSchema = z.string().regex(/^[0-9a-f]{64}$/, "an asset id is 64 hex digits (SHA-256)");
export type AssetId = string;

/** Something found in a picture. Box in pixels of the picture, origin top left, x right, y down. Score 0..1. */
export const detectionSchema = z.object({
  label: z.string(),
  score: z.number(),
  box: z.object({ xmin: z.number(), ymin: z.number(), xmax: z.number(), ymax: z.number() }),
});
export type Detection = z.infer<typeof detectionSchema>;

/** A class and how sure the expert is of it, score 0..1. Lists of them are ordered best first. */
export const labelSchema = z.object({ label: z.string(), score: z.number() });
export type Label = z.infer<typeof labelSchema>;

/** `space` names the vector space; only vectors of one space may be compared. */
export const embeddingSchema = z.object({ space: z.string(), vector: z.array(z.number()) });
export type Embedding = z.infer<typeof embeddingSchema>;

export const tableSchema = z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.string())) });
export type Table = z.infer<typeof tableSchema>;

/** Why one item of a mapped node gave nothing; `index` is its place in the list that was mapped. */
export interface ItemFailure {
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

export type DataValue =
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "json"; readonly value: unknown }
  | { readonly type: "boxes"; readonly value: readonly Detection[] }
  | { readonly type: "labels"; readonly value: readonly Label[] }
  | { readonly type: "table"; readonly value: Table }
  | { readonly type: "embedding"; readonly value: Embedding };

export interface AssetValue {
  readonly type: AssetType | "mask";
  readonly asset: AssetId;
  readonly name?: string | undefined;
}

/** A list; for a mapped node, `index[i]` is the source index of `items[i]` and `failures` tells of the rest. */
export interface ListValue {
  readonly type: "list";
  readonly of: ValueType;
  readonly items: readonly Value[];
  readonly index?: readonly number[];
  readonly failures?: readonly ItemFailure[];
}

/** A value over the inline limit: its JSON (for text: its UTF-8 bytes) is the asset `ref`. */
export interface SpilledValue {
  readonly type: "spilled";
  readonly of: ValueType;
  readonly ref: AssetId;
  readonly bytes: number;
  /** Number of items, where the value is a list: a map needs its width without loading it. */
  readonly length?: number;
}

export type Value = DataValue | AssetValue | ListValue | SpilledValue;

export const valueSchema: z.ZodType<Value> = z.union([
  z.object({ type: z.literal("text"), value: z.string() }),
  z.object({ type: z.literal("number"), value: z.number() }),
  z.object({ type: z.literal("boolean"), value: z.boolean() }),
  z.object({ type: z.literal("json"), value: z.unknown() }),
  z.object({ type: z.literal("boxes"), value: z.array(detectionSchema) }),
  z.object({ type: z.literal("labels"), value: z.array(labelSchema) }),
  z.object({ type: z.literal("table"), value: tableSchema }),
  z.object({ type: z.literal("embedding"), value: embeddingSchema }),
  z.object({ type: z.enum([...assetTypes, "mask"]), asset: assetIdSchema, name: z.string().optional() }),
  z.object({
    type: z.literal("list"),
    of: valueTypeSchema,
    get items() {
      return z.array(valueSchema);
    },
  }),
]);

/** The type of a value, spilled or not. */
export function typeOf(value: Value): ValueType {
  if (value.type === "list") return { list: value.of };
  if (value.type === "spilled") return value.of;
  return value.type;
}

/** Writes a type as people read it: `text`, `list of image`. */
export function formatType(type: ValueType): string {
  return typeof type === "string" ? type : `list of ${formatType(type.list)}`;
}

export function sameType(a: ValueType, b: ValueType): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return sameType(a.list, b.list);
}

/** Whether a value of type `given` may be used where `wanted` is asked for: same type, or any data as json. */
export function fits(given: ValueType, wanted: ValueType): boolean {
  return sameType(given, wanted) || (wanted === "json" && isData(given));
}

function isData(type: ValueType): boolean {
  return typeof type === "string" ? !isAssetType(type) : isData(type.list);
}

export function isAssetType(type: ValueType): type is AssetType | "mask" {
  return typeof type === "string" && (type === "mask" || (assetTypes as readonly string[]).includes(type));
}

/** Number of items of a list value, spilled or not; undefined where the value is no list. */
export function listLength(value: Value): number | undefined {
  if (value.type === "list") return value.items.length;
  return value.type === "spilled" ? value.length : undefined;
}
