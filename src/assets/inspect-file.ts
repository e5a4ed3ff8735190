/** Finds out what a file is from its bytes; neither its name nor what its sender declares is believed. */
import { TuttiError } from "../errors.ts";
import type { AssetType } from "../run/value.ts";
import { inspectPicture } from "./inspect-picture.ts";
import { inspectRecording } from "./inspect-recording.ts";
import { inspectText, type NoText, type TextKind } from "./inspect-text.ts";
import { readHead } from "./read-head.ts";

/** What a file holds. `width` and `height` in pixels, as the picture is seen; `durationMs` in milliseconds. */
export interface FileFacts {
  readonly type: AssetType | "text";
  readonly mediaType: string;
  readonly width?: number;
  readonly height?: number;
  readonly durationMs?: number;
}

/** Accepted media types: as file-type names them, and as Tutti does. */
const accepted: Readonly<Record<string, readonly [type: AssetType, mediaType: string]>> = {
  "image/png": ["image", "image/png"],
  // An animated PNG is a PNG, of which the first frame is seen.
  "image/apng": ["image", "image/png"],
  "image/jpeg": ["image", "image/jpeg"],
  "image/webp": ["image", "image/webp"],
  "image/gif": ["image", "image/gif"],
  "image/tiff": ["image", "image/tiff"],
  "image/avif": ["image", "image/avif"],
  "audio/wav": ["audio", "audio/wav"],
  "audio/mpeg": ["audio", "audio/mpeg"],
  "audio/flac": ["audio", "audio/flac"],
  "audio/ogg": ["audio", "audio/ogg"],
  "audio/x-m4a": ["audio", "audio/mp4"],
  "audio/mp4": ["audio", "audio/mp4"],
  "video/mp4": ["video", "video/mp4"],
  "video/x-m4v": ["video", "video/mp4"],
  "video/webm": ["video", "video/webm"],
  "video/quicktime": ["video", "video/quicktime"],
  "application/pdf": ["document", "application/pdf"],
};

const ACCEPTED =
  "Accepted are PNG, JPEG, WebP, GIF, TIFF and AVIF pictures; WAV, MP3, FLAC, Ogg, Opus and M4A sound; MP4, WebM and " +
  "MOV video; PDF; and plain text, Markdown, CSV and JSON in UTF-8.";

/**
 * What a local file is. `name` is what messages call it; for a text, it or `declaredType` chooses among the kinds of
 * text.
 * @throws TuttiError `unsupported-media` for what is not accepted (SVG and HTML among them) or empty, `too-large` for a
 *   picture above 50 megapixels
 */
export async function inspectFile(
  file: string,
  { name = "The file", declaredType }: { readonly name?: string; readonly declaredType?: string } = {},
): Promise<FileFacts> {
  // Texts first: signatures are short, and many a text begins like some other format ("BMW", "GIF files", "The wide").
  const text = await inspectText(file, { name, declaredType });
  if (text !== "binary") return describeText(text, name);
  const sniffed = await sniff(file);
  const entry = sniffed !== undefined && Object.hasOwn(accepted, sniffed) ? accepted[sniffed] : undefined;
  if (!entry) throw unsupported(`${name} is ${sniffed ?? "of no known format"}.`);
  const [type, mediaType] = entry;
  const broken = () => unsupported(`${name} begins like ${mediaType}, but can't be read as that.`);
  switch (type) {
    case "image":
      return { type, mediaType, ...(await inspectPicture(file, { name, mediaType })) };
    case "audio":
    case "video": {
      const recording = await inspectRecording(file);
      if (!recording && (await isWeaklySigned(file, mediaType))) throw broken();
      // In a format for video, but without pictures: a browser records speech so.
      const heard = type === "video" && recording?.hasVideo === false;
      return heard
        ? { type: "audio", mediaType: mediaType.replace("video/", "audio/"), ...recording.facts }
        : { type, mediaType, ...recording?.facts };
    }
    case "document":
      if (!/^%PDF-\d\.\d/.test((await readHead(file, 8)).toString("latin1"))) throw broken();
      return { type, mediaType };
  }
}

/** A media type without parameters; undefined where the bytes have no signature, as texts do. */
async function sniff(file: string): Promise<string | undefined> {
  const { fileTypeFromFile } = await import("file-type");
  const found = await fileTypeFromFile(file);
  return found?.mime.split(";")[0]?.trim();
}

function unsupported(what: string): TuttiError {
  return new TuttiError("unsupported-media", `${what} ${ACCEPTED}`);
}

function describeText(text: Exclude<TextKind | NoText, "binary">, name: string): FileFacts {
  if (text === "empty") throw unsupported(`${name} is empty.`);
  if (text === "utf-16") throw unsupported(`${name} is text in UTF-16; save it as UTF-8.`);
  if (text === "markup") throw unsupported(`${name} is HTML, SVG, XML, RTF or PostScript.`);
  return { type: "text", mediaType: text };
}

/** Two bytes make an MP3, and one word a QuickTime film: many a file begins like one. */
async function isWeaklySigned(file: string, mediaType: string): Promise<boolean> {
  if (mediaType === "audio/mpeg") return true;
  return mediaType === "video/quicktime" && (await readHead(file, 8)).toString("latin1", 4) !== "ftyp";
}
