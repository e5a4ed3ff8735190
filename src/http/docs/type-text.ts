/** Writes a JSON Schema the way TypeScript writes a type: the shortest form that people read without thinking. */
import type { JsonSchema } from "./document.ts";
import { join, markup, type Markup } from "./markup.ts";

/** @param indent of the line that the type begins on */
export function typeText(schema: JsonSchema, indent = ""): Markup {
  const { $ref, enum: values, allOf, items, properties = {}, additionalProperties: rest } = schema;
  if ($ref !== undefined) return refText($ref);
  if (values) return join(values.map(literal), " | ");
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return unionText(either, indent);
  if (allOf) return listed(allOf, " & ", indent);
  if (items) return listText(items, indent);
  if (Object.keys(properties).length > 0) return objectText(schema, indent);
  if (typeof rest === "object") return markup`{ [name]: ${typeText(rest, indent)} }`;
  return simpleText(schema);
}

function literal(value: unknown): string {
  return JSON.stringify(value);
}

function refText(ref: string): Markup {
  const name = ref.split("/").at(-1) ?? ref;
  return markup`<a href="#schema-${name}">${name}</a>`;
}

function listed(parts: readonly JsonSchema[], separator: string, indent: string): Markup {
  return join(
    parts.map((part) => typeText(part, indent)),
    separator,
  );
}

/** Several kinds of objects stand below each other. */
function unionText(parts: readonly JsonSchema[], indent: string): Markup {
  const objects = parts.filter((part) => part.properties).length;
  if (objects < 2) return listed(parts, " | ", indent);
  return join(
    parts.map((part) => markup`\n${indent}  | ${typeText(part, `${indent}    `)}`),
    "",
  );
}

function listText(items: JsonSchema, indent: string): Markup {
  const one = typeText(items, indent);
  return items.enum || items.anyOf || items.oneOf ? markup`(${one})[]` : markup`${one}[]`;
}

function objectText(
  { properties = {}, required = [], additionalProperties: rest }: JsonSchema,
  indent: string,
): Markup {
  const named = Object.entries(properties).map(([name, schema]) => ({
    label: `${name}${required.includes(name) ? "" : "?"}`,
    schema,
  }));
  const others = typeof rest === "object" ? [{ label: "[name]", schema: rest }] : [];
  const lines = [...named, ...others].map(({ label, schema }) => fieldLine(label, schema, `${indent}  `));
  return markup`{\n${lines}${indent}}`;
}

function fieldLine(label: string, schema: JsonSchema, indent: string): Markup {
  const note = schema.description === undefined ? undefined : markup`  <i>// ${schema.description}</i>`;
  return markup`${indent}${label}: ${typeText(schema, indent)}${note}\n`;
}

function simpleText({ type, format, minimum, maximum }: JsonSchema): Markup {
  if (format === "binary") return markup`bytes`;
  if (format === "date-time") return markup`moment`;
  const name = Array.isArray(type) ? type.join(" | ") : (type ?? "anything");
  const least = minimum ?? -Infinity;
  const most = maximum ?? Infinity;
  // Whole numbers are bounded by what a double holds: nobody needs to be told.
  if (most >= Number.MAX_SAFE_INTEGER && (least <= Number.MIN_SAFE_INTEGER || least === 0)) return markup`${name}`;
  return markup`${name}${range(least, most)}`;
}

function range(least: number, most: number): string {
  if (least === -Infinity) return ` up to ${most}`;
  return most >= Number.MAX_SAFE_INTEGER ? ` from ${least}` : ` ${least}..${most}`;
}
