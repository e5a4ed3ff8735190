/** Reads as much of a JSON Schema (draft 7 to 2020-12) as inputs are typed by. */
import { z } from "zod";

const text = z.string().optional().catch(undefined);
const number = z.number().optional().catch(undefined);
const many = z.array(z.unknown()).optional().catch(undefined);

/** Whatever else is in there, or is wrong in there, doesn't matter. */
const schemaSchema = z.looseObject({
  type: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .catch(undefined),
  title: text,
  description: text,
  format: text,
  contentEncoding: text,
  contentMediaType: text,
  $ref: text,
  enum: many,
  const: z.unknown().optional(),
  default: z.unknown().optional(),
  items: z.unknown().optional(),
  anyOf: many,
  oneOf: many,
  allOf: many,
  examples: many,
  minimum: number,
  maximum: number,
});
export type JsonSchema = z.infer<typeof schemaSchema>;

export interface JsonProperty {
  readonly name: string;
  readonly schema: JsonSchema;
  /** Has to be given: the tool neither does without it nor knows what to take for it. */
  readonly isRequired: boolean;
}

const objectSchema = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional().catch(undefined),
  required: z.array(z.string()).optional().catch(undefined),
});

/** The properties of an object, those that are required first. */
export function propertiesOf(root: unknown): readonly JsonProperty[] {
  const { properties = {}, required = [] } = objectSchema.catch({}).parse(root);
  const all = Object.entries(properties).map(([name, given]): JsonProperty => {
    const schema = readSchema(given, root);
    return { name, schema, isRequired: required.includes(name) && schema.default === undefined };
  });
  return [...all.filter(({ isRequired }) => isRequired), ...all.filter(({ isRequired }) => !isRequired)];
}

const DEEPEST = 8;

/** Resolves references within the document, and what only says that null is allowed, too. */
export function readSchema(given: unknown, root: unknown, depth = 0): JsonSchema {
  const parsed = schemaSchema.safeParse(given);
  if (!parsed.success || depth > DEEPEST) return {};
  const schema = parsed.data;
  const over = (inner: unknown): JsonSchema => ({
    ...readSchema(inner, root, depth + 1),
    ...withoutUndefined({
      title: schema.title,
      description: schema.description,
      default: schema.default,
      examples: schema.examples,
    }),
  });
  if (schema.$ref !== undefined) return over(resolve(schema.$ref, root));
  if (schema.allOf?.length === 1) return over(schema.allOf[0]);
  const choices = (schema.anyOf ?? schema.oneOf)?.map((one) => readSchema(one, root, depth + 1));
  if (!choices) return { ...schema, type: withoutNull(schema.type) };
  const [only, ...others] = choices.filter(({ type }) => type !== "null");
  if (only && others.length === 0) return over(only);
  // Choices with a title each, as forms have them.
  const constants = choices.map((choice) => choice.const);
  if (constants.every((one) => typeof one === "string")) return { ...schema, type: "string", enum: constants };
  return schema;
}

/** The texts that may be given; undefined where any may. */
export function choicesOf({ enum: values, const: only }: JsonSchema): readonly string[] | undefined {
  const all = only === undefined ? values : [only];
  const texts = all?.filter((one) => typeof one === "string");
  return texts && texts.length > 0 ? texts : undefined;
}

function withoutNull(type: JsonSchema["type"]): JsonSchema["type"] {
  if (!Array.isArray(type)) return type;
  const rest = type.filter((one) => one !== "null");
  return rest.length === 1 ? rest[0] : rest;
}

function withoutUndefined(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

const recordSchema = z.record(z.string(), z.unknown());

/** JSON Pointer (RFC 6901) behind a `#`; documents elsewhere are not fetched. */
function resolve(reference: string, root: unknown): unknown {
  if (!reference.startsWith("#/")) return undefined;
  let at: unknown = root;
  for (const part of reference.slice(2).split("/")) {
    const key = decodeURIComponentSafely(part).replaceAll("~1", "/").replaceAll("~0", "~");
    const record = recordSchema.safeParse(at);
    if (!record.success || !Object.hasOwn(record.data, key)) return undefined;
    at = record.data[key];
  }
  return at;
}

function decodeURIComponentSafely(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
