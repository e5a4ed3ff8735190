/** Puts what a tool gave into the outputs of a task. Pure. */
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import { assetTypes, formatType, type AssetType, type ValueType } from "../../../src/run/value.ts";
import type { Found } from "./read-result.ts";

/**
 * Texts, JSON and files go by type. Of what else a task may want (labels, boxes, numbers), MCP knows nothing: it is looked
 * for in the structured content, under the name of the output.
 * @throws TuttiError `expert-failed` where an output is wanted that the tool didn't give
 */
export function fillOutputs({ outputs }: TaskSpec, found: Found): Record<string, unknown> {
  return Object.fromEntries(Object.entries(outputs).map(([name, { type }]) => [name, outputOf(name, type, found)]));
}

const recordSchema = z.record(z.string(), z.unknown());

function outputOf(name: string, type: ValueType, found: Found): unknown {
  if (type === "text") return tell(found);
  if (type === "json") return found.structured ?? parse(found.text, name);
  const kind = assetTypes.find((one) => one === (type === "mask" ? "image" : type));
  if (kind) return found.files[kind][0] ?? lacking(name, type);
  const many = typeof type === "object" ? assetTypes.find((one) => one === type.list) : undefined;
  if (many) return found.files[many];
  const { data = {} } = recordSchema.safeParse(found.structured);
  return Object.hasOwn(data, name) ? data[name] : lacking(name, type);
}

const nouns: Readonly<Record<AssetType, string>> = {
  image: "picture",
  audio: "recording",
  video: "video",
  document: "document",
};

/** In words, even of a tool that gave none. */
function tell({ text, structured, files }: Found): string {
  if (text.trim() !== "") return text;
  if (structured !== undefined) return JSON.stringify(structured);
  const made = assetTypes.flatMap((type) => files[type].map(({ name }) => `${nouns[type]} ${name}`));
  return made.length > 0 ? made.join(", ") : "It gave nothing.";
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TuttiError("expert-failed", `the tool gave no structured content for the output ${name}`, {
      cause: error,
    });
  }
}

function lacking(name: string, type: ValueType): never {
  throw new TuttiError("expert-failed", `the tool gave nothing for the output ${name} (${formatType(type)})`);
}
