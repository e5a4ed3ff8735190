/** Tells texts from other bytes, and plain ones from markup that a browser might run. */
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { readHead } from "./read-head.ts";

export type TextKind = "text/plain" | "text/markdown" | "text/csv" | "application/json";
/** What is not accepted as text, and why. */
export type NoText = "empty" | "binary" | "utf-16" | "markup";

/** Up to here JSON is parsed to see that it is some; above it is plain text. */
const LARGEST_JSON = 4 * 1024 * 1024;
/** Far enough to see past a licence in a comment. */
const HEAD_BYTES = 16 * 1024;

const kinds: readonly [kind: TextKind, extensions: readonly string[]][] = [
  ["application/json", [".json"]],
  ["text/markdown", [".md", ".markdown"]],
  ["text/csv", [".csv"]],
];

/** A document in markup, or a piece that a browser would run; a text that merely begins with some tag is none. */
const markup =
  /^(?:<(?:!doctype|html|head|body|script|iframe|object|embed|style|title|meta|link|svg|\?xml)|\{\\rtf|%!PS)/i;

/**
 * What kind of UTF-8 text a file holds. Any byte may stand in a text of any kind, so the name or the declared type
 * chooses the kind, which changes nothing in how the bytes are treated; only JSON is checked.
 */
export async function inspectText(
  file: string,
  hints: { readonly name?: string | undefined; readonly declaredType?: string | undefined },
): Promise<TextKind | NoText> {
  const head = await readHead(file, HEAD_BYTES);
  if (head.length === 0) return "empty";
  const beginning = new TextDecoder().decode(head);
  // A PDF may be all of readable letters.
  if (beginning.startsWith("%PDF-")) return "binary";
  if (!(await isUtf8Text(file))) return hasUtf16Mark(head) ? "utf-16" : "binary";
  if (beginning.trim() === "" && (await stat(file)).size <= HEAD_BYTES) return "empty";
  if (markup.test(withoutComments(beginning))) return "markup";
  const kind = hintedKind(hints);
  return kind === "application/json" && !(await isJson(file)) ? "text/plain" : kind;
}

function hasUtf16Mark([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

/** Whole and valid UTF-8, without the control characters that no text holds. */
async function isUtf8Text(file: string): Promise<boolean> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    const chunks: AsyncIterable<Uint8Array> = createReadStream(file);
    for await (const chunk of chunks) {
      if (chunk.some(isBinary)) return false;
      decoder.decode(chunk, { stream: true });
    }
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Control characters other than backspace to carriage return (tab and line breaks among them) and escape. */
function isBinary(byte: number): boolean {
  return byte < 8 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127;
}

function withoutComments(text: string): string {
  let rest = text.trimStart();
  while (rest.startsWith("<!--")) {
    const end = rest.indexOf("-->");
    if (end < 0) return rest;
    rest = rest.slice(end + 3).trimStart();
  }
  return rest;
}

function hintedKind({
  name = "",
  declaredType = "",
}: {
  name?: string | undefined;
  declaredType?: string | undefined;
}) {
  const extension = path.extname(name).toLowerCase();
  const declared = declaredType.split(";")[0]?.trim().toLowerCase();
  const hinted =
    kinds.find(([, extensions]) => extensions.includes(extension)) ?? kinds.find(([kind]) => kind === declared);
  return hinted?.[0] ?? "text/plain";
}

async function isJson(file: string): Promise<boolean> {
  if ((await stat(file)).size > LARGEST_JSON) return false;
  try {
    // A byte order mark is no part of JSON, but is often there.
    JSON.parse((await readFile(file, "utf8")).replace(/^\uFEFF/, ""));
    return true;
  } catch {
    return false;
  }
}
