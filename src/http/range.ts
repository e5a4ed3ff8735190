/** Which part of the bytes a request asks for (RFC 9110, 14). */
import type { Request } from "express";
import type { ByteRange } from "../ports/asset-store.ts";

/**
 * Undefined where all bytes are to be sent: without a range, with one that can't be read, with several (which a server
 * may answer whole), and where `If-Range` names other bytes.
 */
export function requestedRange(request: Request, size: number, etag: string): ByteRange | "outside" | undefined {
  const condition = request.get("if-range");
  if (condition !== undefined && condition !== etag) return undefined;
  const ranges = request.range(size, { combine: true });
  if (ranges === undefined || ranges === -2) return undefined;
  if (ranges === -1) return "outside";
  const [range, ...others] = ranges;
  if (!range || others.length > 0 || ranges.type !== "bytes") return undefined;
  return { start: range.start, end: range.end };
}
