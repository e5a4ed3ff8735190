/** Values as they are shown: with a link where there are bytes to fetch. */
import { z } from "zod";
import {
  assetIdSchema,
  assetTypes,
  detectionSchema,
  embeddingSchema,
  labelSchema,
  tableSchema,
  valueTypeSchema,
  type AssetValue,
  type DataValue,
  type ItemFailure,
  type SpilledValue,
  type ValueType,
} from "../run/value.ts";

export interface AssetView extends AssetValue {
  readonly url: string;
}

export interface ListView {
  readonly type: "list";
  readonly of: ValueType;
  readonly items: readonly ValueView[];
  readonly index?: readonly number[] | undefined;
  readonly failures?: readonly ItemFailure[] | undefined;
}

export interface SpilledView extends Omit<SpilledValue, "length"> {
  readonly length?: number | undefined;
  readonly url: string;
}

export type ValueView = DataValue | AssetView | ListView | SpilledView;

const urlSchema = z.string().meta({ description: "Where the bytes are" });

const failureSchema = z.object({ index: z.int().nonnegative(), code: z.string(), message: z.string() });

export const valueViewSchema: z.ZodType<ValueView> = z.union([
  z.object({ type: z.literal("text"), value: z.string() }),
  z.object({ type: z.literal("number"), value: z.number() }),
  z.object({ type: z.literal("boolean"), value: z.boolean() }),
  z.object({ type: z.literal("json"), value: z.unknown() }),
  z.object({ type: z.literal("boxes"), value: z.array(detectionSchema) }),
  z.object({ type: z.literal("labels"), value: z.array(labelSchema) }),
  z.object({ type: z.literal("table"), value: tableSchema }),
  z.object({ type: z.literal("embedding"), value: embeddingSchema }),
  z.object({
    type: z.enum([...assetTypes, "mask"]),
    asset: assetIdSchema,
    name: z.string().optional(),
    url: urlSchema,
  }),
  z.object({
    type: z.literal("list"),
    of: valueTypeSchema,
    get items() {
      return z.array(valueViewSchema);
    },
    index: z.array(z.int().nonnegative()).readonly().optional(),
    failures: z.array(failureSchema).readonly().optional(),
  }),
  z
    .object({
      type: z.literal("spilled"),
      of: valueTypeSchema,
      ref: assetIdSchema,
      bytes: z.int().nonnegative(),
      length: z.int().nonnegative().optional(),
      url: urlSchema,
    })
    .meta({ description: "A value too large to be shown here; its JSON (for text: the text) is at the url" }),
]);
