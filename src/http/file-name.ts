/** File names as HTTP carries them: in headers, in either direction. */
import type { IncomingHttpHeaders } from "node:http";
import { safeName } from "../assets/safe-name.ts";

/** A name that is safe to show; undefined where none was given. */
export function plainName(name: string | undefined): string | undefined {
  return name === undefined || name.trim() === "" ? undefined : safeName(name);
}

/** The name that a raw upload has: from `X-Filename`, else from `Content-Disposition`. */
export function uploadName(headers: IncomingHttpHeaders): string | undefined {
  const given = headers["x-filename"];
  if (typeof given === "string") return plainName(percentDecoded(asUtf8(given)));
  const disposition = headers["content-disposition"] ?? "";
  const extended = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(disposition)?.[1];
  if (extended !== undefined) return plainName(percentDecoded(extended));
  const plain = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition);
  return plainName(asUtf8(plain?.[1]?.replace(/\\(.)/g, "$1") ?? plain?.[2] ?? ""));
}

/** A `Content-Disposition` (RFC 6266) with the name for all clients: in ASCII, and in full as RFC 5987 writes it. */
export function contentDisposition(kind: "inline" | "attachment", name: string | undefined): string {
  const safe = plainName(name);
  if (safe === undefined) return kind;
  const ascii = safe.replace(/[^\x20-\x7e]/gu, "_").replace(/["\\%]/g, "_");
  const encoded = encodeURIComponent(safe).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii}"${ascii === safe ? "" : `; filename*=UTF-8''${encoded}`}`;
}

/** Node reads headers as Latin-1; what was sent is mostly UTF-8. */
function asUtf8(header: string): string {
  const bytes = Buffer.from(header, "latin1");
  const text = bytes.toString("utf8");
  return text.includes("\u{fffd}") ? header : text;
}

/** As it is where the percent signs are just percent signs. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
