/** Bytes that came inside a JSON body: data: URLs (RFC 2397) and bare base64. */
import { TuttiError } from "../errors.ts";

const scheme = /^\s*([a-z][a-z0-9+.-]*):/i;
const dataUrl = /^\s*data:([^,]*),/i;

/**
 * @param where names the field in messages.
 * @throws TuttiError `invalid-request` for any other URL, and for what can't be decoded
 */
export function readDataUrl(url: string, where: string): Buffer {
  const head = dataUrl.exec(url);
  if (!head) throw malformed(where, "expected an http(s) URL or a data: URL, as data:image/png;base64,...");
  const body = url.slice(head[0].length);
  const base64 = /;\s*base64\s*$/i.test(head[1] ?? "");
  return notEmpty(base64 ? decodeBase64(unescaped(body, where), where) : Buffer.from(percentDecode(body)), where);
}

/** A data: URL, or the base64 alone. @throws TuttiError as {@link readDataUrl} */
export function readBytes(text: string, where: string): Buffer {
  if (isRemote(text) || isData(text)) return readDataUrl(text, where);
  return notEmpty(decodeBase64(text, where), where);
}

function isData(text: string): boolean {
  return /^\s*data:/i.test(text);
}

/** Whether it is a URL that tells where the bytes are instead of holding them. */
export function isRemote(text: string): boolean {
  // Not what begins with two slashes: so does the base64 of many an MP3.
  return !isData(text) && scheme.test(text);
}

function malformed(where: string, message: string): TuttiError {
  return new TuttiError("invalid-request", `${where}: ${message}`);
}

function notEmpty(bytes: Buffer, where: string): Buffer {
  if (bytes.length === 0) throw malformed(where, "it holds no bytes");
  return bytes;
}

/** In either alphabet, with or without line breaks and padding; nothing else is guessed at. */
function decodeBase64(text: string, where: string): Buffer {
  const packed = text.replace(/\s+/g, "");
  const digits = packed.replace(/={1,2}$/, "");
  if (!/^[A-Za-z0-9+/_-]*$/.test(digits) || digits.length % 4 === 1) throw malformed(where, "it is not valid base64");
  return Buffer.from(digits, "base64");
}

/** Base64 inside a URL may have its +, / and = escaped. */
function unescaped(body: string, where: string): string {
  if (!body.includes("%")) return body;
  try {
    return decodeURIComponent(body);
  } catch {
    throw malformed(where, "it is not valid base64");
  }
}

/** Byte by byte, as the URL standard does: what is no escape stands for itself. */
function percentDecode(body: string): Uint8Array {
  const bytes = Buffer.from(body, "utf8");
  const decoded = Buffer.alloc(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const escape = bytes[at] === 0x25 ? /^[0-9a-f]{2}/i.exec(bytes.toString("latin1", at + 1, at + 3)) : null;
    decoded[length++] = escape ? Number.parseInt(escape[0], 16) : (bytes[at] ?? 0);
    if (escape) at += 2;
  }
  return decoded.subarray(0, length);
}
