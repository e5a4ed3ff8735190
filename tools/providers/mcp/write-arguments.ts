/** From what an expert is given to what a tool is called with. */
import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";
import type { FileForm, Port } from "./ports.ts";
import type { JsonSchema } from "./json-schema.ts";

/** Some servers take no longer messages than 10 MiB, and base64 makes four bytes of three. */
const MOST_FILE_BYTES = 7 * 1024 * 1024;

const fileSchema = z.object({ path: z.string(), mediaType: z.string(), name: z.string() });

/**
 * @param names the tool's names by those of the task's inputs, where they differ
 * @throws TuttiError `bad-input` where the tool can't take an input, `too-large` for a file
 */
export async function writeArguments(
  inputs: Readonly<Record<string, unknown>>,
  ports: readonly Port[],
  names: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const given = Object.entries(inputs).filter(([, value]) => value !== undefined);
  const entries = await Promise.all(
    given.map(async ([input, value]) => {
      const wanted = Object.hasOwn(names, input) ? names[input] : undefined;
      const port = ports.find(({ name, property }) => (wanted === undefined ? name === input : property === wanted));
      if (!port) {
        const known = ports.map(({ property }) => property).join(", ");
        throw new TuttiError("bad-input", `the tool has no input ${wanted ?? input}; it has ${known || "none"}`);
      }
      return [port.property, await write(value, port)] as const;
    }),
  );
  return Object.fromEntries(entries);
}

async function write(value: unknown, port: Port): Promise<unknown> {
  if (Array.isArray(value) && port.spec.type !== "json") return Promise.all(value.map((item) => write(item, port)));
  const file = fileSchema.safeParse(value);
  if (file.success && port.spec.type !== "json") return writeFile(file.data, port);
  if (port.choices) return choose(value, port.choices, port.property);
  return typeof value === "string" ? asWanted(value, port.schema) : value;
}

async function writeFile({ path, mediaType, name }: z.infer<typeof fileSchema>, port: Port): Promise<string> {
  const { size } = await stat(path);
  if (size > MOST_FILE_BYTES) {
    throw new TuttiError("too-large", `${name} has ${size} bytes; a tool is sent at most ${MOST_FILE_BYTES}`);
  }
  const bytes = await readFile(path);
  // A text where the tool wants one: its words, not their encoding.
  if (port.form === undefined)
    return mediaType.startsWith("text/") ? bytes.toString("utf8") : dataUrl(bytes, mediaType);
  const forms: Readonly<Record<FileForm, () => string>> = {
    base64: () => bytes.toString("base64"),
    "data-url": () => dataUrl(bytes, mediaType),
  };
  return forms[port.form]();
}

function dataUrl(bytes: Buffer, mediaType: string): string {
  return `data:${mediaType};base64,${bytes.toString("base64")}`;
}

/** Its words in lower case, with one space around each. */
function plain(text: string): string {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return ` ${words.join(" ")} `;
}

/** One of the choices, however it is written: of a sentence the only one that it names, of a part the only one of which it is. */
function choose(value: unknown, choices: readonly string[], property: string): string {
  const said = String(value);
  if (choices.includes(said)) return said;
  const words = plain(said);
  const named = choices.filter((choice) => plain(choice).trim() !== "" && words.includes(plain(choice)));
  const [longest = ""] = named.toSorted((a, b) => b.length - a.length);
  // "New York City" names "New York", too.
  if (named.length > 0 && named.every((one) => plain(longest).includes(plain(one)))) return longest;
  const [only, ...others] = choices.filter((choice) => words.trim() !== "" && plain(choice).includes(words));
  if (only !== undefined && others.length === 0 && named.length === 0) return only;
  throw new TuttiError("bad-input", `${property} has to be one of: ${choices.join(", ")}`);
}

const structured: ReadonlySet<unknown> = new Set(["object", "array"]);

/** Planners write what is an object or a list as the text of its JSON. */
function asWanted(text: string, { type }: JsonSchema): unknown {
  const types = Array.isArray(type) ? type : [type];
  if (!types.some((one) => structured.has(one)) || types.includes("string")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
