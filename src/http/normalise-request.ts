/** Brings a request into its one normal form: every byte becomes an asset, every text a part. */
import { Readable } from "node:stream";
import { TuttiError, asTuttiError } from "../errors.ts";
import type { Message, Part, RunRequest } from "../run/request.ts";
import type { Context } from "./context.ts";
import { readBytes, readDataUrl } from "./data-url.ts";
import { plainName } from "./file-name.ts";
import { createFileFetcher, readRemoteUrl, type FetchFile } from "./remote-files.ts";
import type { RequestPart, RunBody } from "./schemas-request.ts";
import { storeUpload, type NamedAsset } from "./upload.ts";

type Kind = NamedAsset["asset"]["type"];

/** What a file has to be, and what it is called. */
interface Wanted {
  readonly name: string | undefined;
  /** What the bytes may turn out to be; anything where it is not said. */
  readonly kinds?: readonly Kind[];
  readonly where: string;
}

/** A part whose bytes are decoded but not stored yet, and not fetched: all is checked before anything is kept. */
type Draft =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "known"; readonly id: string; readonly name: string | undefined }
  | { readonly type: "stored"; readonly file: NamedAsset }
  | (Wanted & { readonly type: "bytes"; readonly bytes: Buffer })
  | (Wanted & { readonly type: "remote"; readonly url: URL });

/**
 * `files` are those of a form: they belong to the last user message. `signal` ends it when nobody waits any more.
 * @throws TuttiError `url-refused`, `fetch-failed`, `unknown-asset`, `unsupported-media`, `too-large`, `invalid-request`
 */
export async function normalise(
  context: Context,
  tenant: string,
  body: RunBody,
  files: readonly NamedAsset[],
  signal: AbortSignal,
): Promise<RunRequest> {
  const drafts = attach(
    body.messages.map(({ role, content }, index) => ({
      role,
      content: draftContent(context, content, `messages.${index}.content`),
    })),
    files,
  );
  if (!body.plan?.length && !drafts.some(asksForSomething)) {
    throw new TuttiError("invalid-request", "The request is empty: a user message needs some text or a file.");
  }

  const fetchFile = createFileFetcher(context, tenant, signal);
  const messages: Message[] = [];
  for (const { role, content } of drafts) {
    const parts: Part[] = [];
    // One after the other: a hundred pictures at once would all be in memory.
    for (const draft of content) {
      parts.push(draft.type === "text" ? draft : assetPart(await resolve(context, tenant, draft, fetchFile)));
    }
    messages.push({ role, content: parts });
  }
  return { messages, options: body.options ?? {}, ...(body.plan && { plan: body.plan }) };
}

interface DraftMessage {
  readonly role: Message["role"];
  readonly content: readonly Draft[];
}

function attach(drafts: readonly DraftMessage[], files: readonly NamedAsset[]): readonly DraftMessage[] {
  if (files.length === 0) return drafts;
  const last = drafts.findLastIndex(({ role }) => role === "user");
  if (last === -1) throw new TuttiError("invalid-request", "There are files, but no user message that they belong to.");
  const stored = files.map((file): Draft => ({ type: "stored", file }));
  return drafts.map((draft, index) => (index === last ? { ...draft, content: [...draft.content, ...stored] } : draft));
}

function asksForSomething({ role, content }: DraftMessage): boolean {
  return role === "user" && content.some((draft) => draft.type !== "text" || draft.text.trim() !== "");
}

function draftContent(context: Context, content: string | readonly RequestPart[], where: string): Draft[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return content.map((part, index) => draftPart(context, part, `${where}.${index}`));
}

function draftPart(context: Context, part: RequestPart, place: string): Draft {
  switch (part.type) {
    case "text":
      return part;
    case "asset":
      return { type: "known", id: part.asset, name: plainName(part.name) };
    case "image_url": {
      const [url, where] =
        typeof part.image_url === "string"
          ? [part.image_url, `${place}.image_url`]
          : [part.image_url.url, `${place}.image_url.url`];
      return draftFile(context, url, readDataUrl, { name: undefined, kinds: ["image"], where });
    }
    case "input_audio": {
      const where = `${place}.input_audio.data`;
      // A recording in a container for video (webm, mp4) is known by its container.
      const kinds = ["audio", "video"] as const;
      return draftFile(context, part.input_audio.data, readBytes, { name: undefined, kinds, where });
    }
    case "file": {
      const { file_data: data, file_id: id, filename } = part.file;
      const name = plainName(filename);
      if (id !== undefined) return { type: "known", id, name };
      return draftFile(context, data ?? "", readBytes, { name, where: `${place}.file.file_data` });
    }
  }
}

function draftFile(
  context: Context,
  text: string,
  read: (text: string, where: string) => Buffer,
  wanted: Wanted,
): Draft {
  const url = readRemoteUrl(context, text, wanted.where);
  return url ? { ...wanted, type: "remote", url } : { ...wanted, type: "bytes", bytes: read(text, wanted.where) };
}

async function resolve(
  context: Context,
  tenant: string,
  draft: Exclude<Draft, { type: "text" }>,
  fetchFile: FetchFile,
): Promise<NamedAsset> {
  if (draft.type === "stored") return draft.file;
  if (draft.type === "known") {
    const asset = await context.tutti.asset(tenant, draft.id);
    return { asset, name: draft.name ?? asset.name };
  }
  const { name, kinds, where } = draft;
  const storing =
    draft.type === "remote"
      ? fetchFile(draft.url, name)
      : storeUpload(context, { tenant, bytes: Readable.from([draft.bytes]), name });
  const file = await storing.catch((error: unknown) => {
    throw placed(asTuttiError(error), where);
  });
  if (kinds && !kinds.includes(file.asset.type)) {
    const message = `${where}: it holds ${file.asset.mediaType}, not ${kinds[0]}. Send it as a part of type "file".`;
    throw new TuttiError("unsupported-media", message);
  }
  return file;
}

/** A fault of bytes in the middle of a body says which. */
function placed(error: TuttiError, where: string): TuttiError {
  if (error.code === "internal") return error;
  return new TuttiError(error.code, `${where}: ${error.message}`, { cause: error, retryable: error.retryable });
}

function assetPart({ asset, name }: NamedAsset): Part {
  return { type: "asset", asset: asset.id, kind: asset.type, ...(name !== undefined && { name }) };
}
