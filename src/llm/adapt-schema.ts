import type { JsonSchema } from "../ports/language-model.ts";

/** A step over a schema: gets one that is an object, with its parts already done. */
type Step = (schema: Record<string, unknown>) => Record<string, unknown>;

/** Whether every object lists all its properties as required and allows no others, which OpenAI's strict mode wants. */
export function isStrictSchema(schema: JsonSchema): boolean {
  let strict = true;
  overParts(schema, (part) => {
    if (part["type"] !== "object" && !isRecord(part["properties"])) return part;
    const names = isRecord(part["properties"]) ? Object.keys(part["properties"]) : [];
    const required = Array.isArray(part["required"]) ? part["required"] : [];
    if (part["additionalProperties"] !== false || names.some((name) => !required.includes(name))) strict = false;
    return part;
  });
  return strict;
}

/** Closes every object that does not say otherwise: Anthropic's structured output demands it. */
export function closeObjects(schema: JsonSchema): JsonSchema {
  return overParts(schema, (part) =>
    part["type"] === "object" && part["additionalProperties"] === undefined
      ? { ...part, additionalProperties: false }
      : part,
  );
}

const GEMINI_KEYS = new Set(
  [
    "type format title description nullable enum maxItems minItems properties required minProperties maxProperties",
    "minLength maxLength pattern example anyOf propertyOrdering default items minimum maximum",
  ].flatMap((keys) => keys.split(" ")),
);

/**
 * The schema in Gemini's subset of OpenAPI 3: references put in place, `const` as `enum`, `oneOf` as `anyOf`, lists of
 * types as `anyOf`, other words left out. Recursive references have no such form: undefined.
 */
export function toGeminiSchema(schema: JsonSchema): JsonSchema | undefined {
  const inlined = inlineReferences(schema, schema, []);
  if (inlined === undefined) return undefined;
  return overParts(inlined, (part) => {
    const anyOf = part["anyOf"] ?? part["oneOf"];
    const types = part["type"];
    const adapted: Record<string, unknown> = {
      ...part,
      ...(part["const"] === undefined ? {} : { enum: [part["const"]] }),
      ...(anyOf === undefined ? {} : { anyOf }),
    };
    if (Array.isArray(types)) {
      delete adapted["type"];
      if (types.includes("null")) adapted["nullable"] = true;
      const others = types.filter((type) => type !== "null");
      if (others.length === 1) adapted["type"] = others[0];
      else adapted["anyOf"] = others.map((type) => ({ type }));
    }
    if (Array.isArray(adapted["enum"])) {
      adapted["enum"] = adapted["enum"].map(String);
      adapted["type"] = "string";
    }
    return Object.fromEntries(Object.entries(adapted).filter(([key]) => GEMINI_KEYS.has(key)));
  });
}

function inlineReferences(
  part: JsonSchema,
  root: JsonSchema,
  seen: readonly string[],
): Record<string, unknown> | undefined {
  const reference = part["$ref"];
  if (typeof reference === "string") {
    const target = seen.includes(reference) ? undefined : findReference(root, reference);
    const { $ref: _, ...beside } = part;
    const found = target && inlineReferences(target, root, [...seen, reference]);
    return found && { ...found, ...beside };
  }
  let whole = true;
  const { $defs: _, definitions: __, ...rest } = part;
  const inlined = mapParts(rest, (child) => {
    const done = inlineReferences(child, root, seen);
    if (done === undefined) whole = false;
    return done ?? {};
  });
  return whole ? inlined : undefined;
}

/** What a reference within the document (`#/$defs/node`) points at. */
export function findReference(root: JsonSchema, reference: string): JsonSchema | undefined {
  if (!reference.startsWith("#")) return undefined;
  let found: unknown = root;
  for (const key of reference
    .slice(1)
    .split("/")
    .filter((part) => part !== "")) {
    found = isRecord(found) ? found[decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
  }
  return isRecord(found) ? found : undefined;
}

function overParts(schema: JsonSchema, step: Step): Record<string, unknown> {
  return step(mapParts(schema, (child) => overParts(child, step)));
}

/** Applies a function to every direct sub-schema; names of properties are not mistaken for words of the schema language. */
function mapParts(schema: JsonSchema, map: (child: Record<string, unknown>) => unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (["properties", "$defs", "definitions", "patternProperties"].includes(key) && isRecord(value)) {
        return [
          key,
          Object.fromEntries(
            Object.entries(value).map(([name, child]) => [name, isRecord(child) ? map(child) : child]),
          ),
        ];
      }
      if (["anyOf", "oneOf", "allOf", "prefixItems"].includes(key) && Array.isArray(value)) {
        return [key, value.map((child: unknown) => (isRecord(child) ? map(child) : child))];
      }
      return [key, ["items", "additionalProperties"].includes(key) && isRecord(value) ? map(value) : value];
    }),
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
