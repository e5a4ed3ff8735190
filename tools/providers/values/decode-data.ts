/** Checks of data from outside. Each stops at the first fault: a list of a million wrong items would make as many. */
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";
import { detectionSchema, labelSchema, type DataType } from "../../../src/run/value.ts";

const isNumbers = (value: unknown): value is number[] => isListOf(value, Number.isFinite);
const isTexts = (value: unknown): value is string[] => isListOf(value, (item) => typeof item === "string");

const schemas: { readonly [T in Exclude<DataType, "boxes" | "labels">]: z.ZodType } = {
  text: z.string(),
  number: z.number(),
  boolean: z.boolean(),
  json: z.unknown().refine((value) => value !== undefined, "is missing"),
  table: z.object({
    columns: z.custom<string[]>(isTexts, "is no list of texts"),
    rows: z.custom<string[][]>((value) => isListOf(value, isTexts), "is no list of lists of texts"),
  }),
  embedding: z.object({ space: z.string(), vector: z.custom<number[]>(isNumbers, "is no list of numbers") }),
};

/**
 * Unknown fields are left out.
 * @param what the value is, for the message, which never quotes it
 * @throws TuttiError `expert-failed`
 */
export function decodeData(type: DataType, raw: unknown, what: string): unknown {
  switch (type) {
    case "boxes":
      return decodeList(raw, what, (item, at) => parse(detectionSchema, item, at));
    case "labels":
      return decodeList(raw, what, (item, at) => parse(labelSchema, item, at));
    default:
      return parse(schemas[type], raw, what);
  }
}

/** @throws TuttiError `expert-failed` for what is no list, and what `decode` throws */
export function decodeList<T>(raw: unknown, what: string, decode: (item: unknown, what: string) => T): T[] {
  if (!Array.isArray(raw)) throw new TuttiError("expert-failed", `${what} is no list`);
  return raw.map((item: unknown, index) => decode(item, `${what}[${index}]`));
}

/** @throws TuttiError `expert-failed` */
export function parse<T>(schema: z.ZodType<T>, raw: unknown, what: string): T {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [fault] = parsed.error.issues;
  const at = fault && fault.path.length > 0 ? `, ${fault.path.join(".")}` : "";
  throw new TuttiError("expert-failed", `${what}${at}: ${fault?.message ?? "is wrong"}`);
}

function isListOf(value: unknown, isOne: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}
