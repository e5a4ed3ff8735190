/** The inputs of a tool, typed from its JSON Schema. Pure. */
import type { InputSpec } from "../../../src/registry/task-spec.ts";
import type { AssetType, ValueType } from "../../../src/run/value.ts";
import { withoutControls } from "./clean.ts";
import { choicesOf, propertiesOf, readSchema, type JsonProperty, type JsonSchema } from "./json-schema.ts";
import { slotOf } from "./slots.ts";

/** How a file is written into JSON. */
export type FileForm = "base64" | "data-url";

export interface Port {
  /** Of the task's input. */
  readonly name: string;
  /** What the tool calls it. */
  readonly property: string;
  readonly spec: InputSpec;
  readonly schema: JsonSchema;
  /** Given for files, and for lists of them. */
  readonly form?: FileForm | undefined;
  /** The texts that it takes, where it doesn't take any. */
  readonly choices?: readonly string[] | undefined;
}

const MOST_INPUTS = 50;
const MOST_DESCRIPTION = 500;

/** @param schema the tool's `inputSchema` */
export function portsOf(schema: unknown): readonly Port[] {
  const taken = new Set<string>();
  const properties = propertiesOf(schema).slice(0, MOST_INPUTS);
  const ports = properties.map((property) => portOf(property, nameFor(property.name, taken), schema));
  return ports.map((port): Port => {
    const slot = slotOf(port, ports);
    return slot === undefined ? port : { ...port, spec: { ...port.spec, slot } };
  });
}

function portOf({ name: property, schema, isRequired }: JsonProperty, name: string, root: unknown): Port {
  const { type, form } = typeOf(property, schema, root);
  const choices = type === "text" ? choicesOf(schema) : undefined;
  return {
    name,
    property,
    schema,
    form,
    choices,
    spec: { type, description: describe(property, schema, choices), ...(isRequired ? {} : { optional: true }) },
  };
}

function typeOf(name: string, schema: JsonSchema, root: unknown): { type: ValueType; form?: FileForm | undefined } {
  switch (schema.type) {
    case "string":
      return fileOf(name, schema) ?? { type: "text" };
    case "number":
    case "integer":
      return { type: "number" };
    case "boolean":
      return { type: "boolean" };
    case "array": {
      const items = readSchema(schema.items, root);
      const said = { ...items, description: items.description ?? schema.description };
      const { type, form } = typeOf(name, said, root);
      return typeof type === "string" && type !== "json" ? { type: { list: type }, form } : { type: "json" };
    }
    case undefined:
      return { type: choicesOf(schema) === undefined ? "json" : "text" };
    default:
      return { type: "json" };
  }
}

const mediaWords: readonly (readonly [RegExp, AssetType])[] = [
  [/image|picture|photo|screenshot|\bpng\b|\bjpe?g\b/i, "image"],
  [/audio|sound|voice|speech|recording|\bwav\b|\bmp3\b/i, "audio"],
  [/video|\bclip\b|\bmp4\b/i, "video"],
  [/document|\bfile\b|\bpdf\b|attachment/i, "document"],
];

/**
 * A text that stands for a file: base64 where the schema says so (or at least its description, which names a medium),
 * a `data:` URL where it wants a URI of which it says that it may be one.
 */
function fileOf(name: string, schema: JsonSchema): { type: AssetType; form: FileForm } | undefined {
  const { contentEncoding, contentMediaType = "", format = "", title = "", description = "" } = schema;
  const words = `${name.replaceAll(/[_-]|(?<=[a-z])(?=[A-Z])/g, " ")} ${title} ${description}`;
  const kind = assetTypeOf(contentMediaType) ?? mediaWords.find(([pattern]) => pattern.test(words))?.[1];
  const takesDataUrl = /\bdata[ -]?(?:uri|url)s?\b|\bdata:/i.test(words);
  if (contentEncoding !== undefined && /^base64(?:url)?$/i.test(contentEncoding)) {
    return { type: kind ?? "document", form: "base64" };
  }
  if (/^(?:uri|url|data-url|uri-reference)$/i.test(format) && takesDataUrl) {
    return { type: kind ?? "document", form: "data-url" };
  }
  if (!kind || !(/base ?64/i.test(words) || takesDataUrl)) return undefined;
  return { type: kind, form: takesDataUrl ? "data-url" : "base64" };
}

/** Undefined for what is no file of any kind that Tutti knows. */
export function assetTypeOf(mediaType: string): AssetType | undefined {
  const [kind] = mediaType.toLowerCase().split("/");
  if (kind === "image" || kind === "audio" || kind === "video") return kind;
  return mediaType.toLowerCase() === "application/pdf" ? "document" : undefined;
}

function describe(name: string, { title, description }: JsonSchema, choices: readonly string[] | undefined): string {
  const said = oneLine(description ?? title ?? name, MOST_DESCRIPTION);
  if (!choices) return said;
  const sentence = /[.!?:]$/.test(said) ? said : `${said}.`;
  return oneLine(`${sentence} One of: ${choices.join(", ")}.`, MOST_DESCRIPTION);
}

export function oneLine(text: string, most: number): string {
  const line = withoutControls(text).replaceAll(/\s+/g, " ").trim();
  return line.length <= most ? line : `${line.slice(0, most - 1).trimEnd()}…`;
}

/** As the tool calls it, where plans can write that; and never two alike. */
function nameFor(property: string, taken: Set<string>): string {
  const written = property.replaceAll(/[^A-Za-z0-9_-]+/g, "_").slice(0, 55);
  const plain = /^[A-Za-z_]/.test(written) ? written : `_${written}`;
  let name = plain;
  for (let number = 2; taken.has(name); number += 1) name = `${plain}_${number}`;
  taken.add(name);
  return name;
}
