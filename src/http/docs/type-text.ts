/** Writes a JSON Schema the way TypeScript writes a type: the shortest form that people read without thinking. */
import type { JsonSchema } from "./document.ts";
import { join, markup, type Markup } from "./markup.ts";

const binary = new Set(["binary"]);

export function typeText(schema: JsonSchema, indent = ""): Markup {
  if (schema.$ref !== undefined) return refText(schema.$ref);
  if (schema.enum)
    return join(
      schema.enum.map((value) => JSON.stringify(value)),
      " | ",
    );
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return unionText(either, indent);
  if (schema.allOf)
    return join(
      schema.allOf.map((part) => typeText(part, indent)),
      " & ",
    );
  if (schema.items) return listText(schema.items, indent);
  if (schema.properties && Object.keys(schema.properties).length > 0)
    return objectText(schema, schema.properties, indent);
  if (typeof schema.additionalProperties === "object")
    return markup`{ [name]: ${typeText(schema.additionalProperties, indent)} }`;
  return simpleText(schema);
}

function refText(ref: string): Markup {
  const name = ref.split("/").at(-1) ?? ref;
  return markup`<a href="#schema-${name}">${name}</a>`;
}

function unionText(parts: readonly JsonSchema[], indent: string): Markup {
  const objects = parts.filter((part) => part.properties).length;
  if (objects < 2)
    return join(
      parts.map((part) => typeText(part, indent)),
      " | ",
    );
  return markup`${parts.map((part) => markup` ${indent}| ${typeText(part, `${indent}  `)}`)}`;
}

function listText(items: JsonSchema, indent: string): Markup {
  const one = typeText(items, indent);
  return items.enum || items.anyOf || items.oneOf ? markup`(${one})[]` : markup`${one}[]`;
}

function objectText(schema: JsonSchema, properties: Readonly<Record<string, JsonSchema>>, indent: string): Markup {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, property]) => {
    const optional = schema.required?.includes(name) ? "" : "?";
    const note = property.description === undefined ? undefined : markup` <i>// ${property.description}</i>`;
    return markup`${inner}${name}${optional}: ${typeText(property, inner)}${note} `;
  });
  const rest = schema.additionalProperties;
  const others =
    typeof rest === "object"
      ? markup`${inner}[name]:
        ${typeText(rest, inner)}${rest.description === undefined ? undefined : markup` <i>// ${rest.description}</i>`} `
      : undefined;
  return markup`{ ${lines}${others}${indent}}`;
}

function simpleText({ type, format, minimum, maximum }: JsonSchema): Markup {
  if (format !== undefined && binary.has(format)) return markup`bytes`;
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
