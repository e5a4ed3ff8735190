/** Which part of the bytes a request asks for, and whether for any (RFC 9110, 13 and 14). */
import type { Request } from "express";
import type { ByteRange } from "../ports/asset-store.ts";

/** Whether the client has exactly these bytes already. */
export function hasAlready(request: Request, etag: string): boolean {
  const tags = request.get("if-none-match")?.split(",") ?? [];
  return tags.some((tag) => ["*", etag, `W/${etag}`].includes(tag.trim()));
}

/**
 * Undefined where all bytes are to be sent: without a range, with one that is malformed, with several (which a server
 * may answer whole), and where `If-Range` names other bytes.
 */
export function requestedRange(request: Request, size: number, etag: string): ByteRange | "outside" | undefined {
  const condition = request.get("if-range");
  if (condition !== undefined && condition !== etag) return undefined;
  const [, first, last] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(request.get("range") ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return undefined;
  if (first === "") return within(Math.max(0, size - Number(last)), size - 1, size);
  if (last !== "" && Number(last) < Number(first)) return undefined;
  return within(Number(first), last === "" ? size - 1 : Math.min(Number(last), size - 1), size);
}

function within(start: number, end: number, size: number): ByteRange | "outside" {
  return start < size ? { start, end } : "outside";
}
