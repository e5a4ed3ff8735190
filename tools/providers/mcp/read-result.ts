/** From what a tool gave to what an expert returns. */
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileTypeFromBuffer } from "file-type";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { inspectFile } from "../../../src/assets/inspect-file.ts";
import { safeName } from "../../../src/assets/safe-name.ts";
import { TuttiError } from "../../../src/errors.ts";
import type { AssetType } from "../../../src/run/value.ts";
import type { ExpertContext, OutputFile } from "../../define-expert.ts";
import { withoutControls } from "./clean.ts";

type Content = CallToolResult["content"][number];
export type Resource = Extract<Content, { type: "resource" }>["resource"];

/** What a result holds, sorted. */
export interface Found {
  /** All that can be said in words, in the order of the result. */
  readonly text: string;
  /** Undefined where there is none. */
  readonly structured: unknown;
  readonly files: Readonly<Record<AssetType, readonly OutputFile[]>>;
}

/** Files of one result; the rest is only mentioned. */
const MOST_FILES = 64;
const MOST_TEXT = 1_000_000;

/**
 * @param context its folder is made when it is asked for
 * @param read reads what a link leads to; undefined where that can't be done
 */
export async function readResult(
  { content, structuredContent }: Pick<CallToolResult, "content" | "structuredContent">,
  context: Pick<ExpertContext, "scratch">,
  read: (uri: string) => Promise<readonly Resource[] | undefined>,
): Promise<Found> {
  const texts: string[] = [];
  const files: Record<AssetType, OutputFile[]> = { image: [], audio: [], video: [], document: [] };
  let count = 0;

  async function keep(data: string, mediaType: string, name: string | undefined): Promise<void> {
    count += 1;
    const kept = count > MOST_FILES ? undefined : await keepFile(data, { mediaType, name, count, context });
    if (kept) files[kept.type].push(kept.file);
    else texts.push(`[${name ?? `file ${count}`}: ${mediaType}, of a kind or number that is not kept]`);
  }

  async function add(resource: Resource): Promise<void> {
    if ("text" in resource) texts.push(resource.text);
    else await keep(resource.blob, resource.mimeType ?? "application/octet-stream", nameIn(resource.uri));
  }

  for (const one of content) {
    switch (one.type) {
      case "text":
        texts.push(one.text);
        break;
      case "image":
      case "audio":
        await keep(one.data, one.mimeType, undefined);
        break;
      case "resource":
        await add(one.resource);
        break;
      case "resource_link": {
        const there = await read(one.uri);
        if (there) for (const resource of there) await add(resource);
        else texts.push([one.title ?? one.name, one.description, one.uri].filter(Boolean).join(": "));
        break;
      }
    }
  }
  return { text: texts.join("\n").slice(0, MOST_TEXT), structured: structuredContent, files };
}

interface Naming {
  readonly mediaType: string;
  readonly name: string | undefined;
  readonly count: number;
  readonly context: Pick<ExpertContext, "scratch">;
}

/** Where they aren't called as the type is. */
const extensions: Readonly<Record<string, string | undefined>> = { plain: "txt", markdown: "md", mpeg: "mp3" };

/** What it is, its bytes say; undefined for what Tutti doesn't keep. */
async function keepFile(
  data: string,
  { mediaType, name, count, context }: Naming,
): Promise<{ readonly type: AssetType; readonly file: OutputFile } | undefined> {
  const bytes = Buffer.from(data, "base64");
  const sniffed = await fileTypeFromBuffer(bytes);
  const [kind = "", subtype = "bin"] = (sniffed?.mime ?? mediaType).split(";")[0]?.split("/") ?? [];
  const extension = sniffed?.ext ?? extensions[subtype] ?? subtype.replace(/[^a-z0-9].*$/i, "");
  const noun = ["image", "audio", "video", "text"].includes(kind) ? kind : "file";
  const called = safeName(name ?? `${noun}-${count}.${extension}`);
  const file = path.join(context.scratch, `result-${count}`);
  await writeFile(file, bytes);
  try {
    const { type, mediaType: found } = await inspectFile(file, { name: called, declaredType: mediaType });
    return { type: type === "text" ? "document" : type, file: { path: file, mediaType: found, name: called } };
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
    await rm(file, { force: true });
    return undefined;
  }
}

/** The last part of a URI's path, where that looks like the name of a file. */
function nameIn(uri: string): string | undefined {
  const last = /([^/?#]+)(?:[?#].*)?$/.exec(uri)?.[1];
  if (last === undefined || !/\.[A-Za-z0-9]{1,10}$/.test(last)) return undefined;
  try {
    return withoutControls(decodeURIComponent(last));
  } catch {
    return last;
  }
}
