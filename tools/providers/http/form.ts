/**
 * multipart/form-data (RFC 7578) as a stream, so that no file is held in memory. Not Node's own FormData: when it is
 * broken off, its stream rejects where nobody can catch it (Node 24), which ends the process.
 */
import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import type { InputFile } from "../../define-expert.ts";

export interface FilePart {
  readonly part: string;
  readonly file: InputFile;
}

/** The JSON comes first, as the part `request`, so that who reads along knows what the files are. */
export function formOf(
  request: string,
  files: readonly FilePart[],
): { readonly contentType: string; readonly body: AsyncIterable<Uint8Array> } {
  const boundary = `tutti-${randomUUID()}`;
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`--${boundary}\r\n${headOf("request")}${request}\r\n`);
    for (const { part, file } of files) {
      yield Buffer.from(`--${boundary}\r\n${headOf(part, file)}`);
      const content: AsyncIterable<Uint8Array> = createReadStream(file.path);
      yield* content;
      yield Buffer.from("\r\n");
    }
    yield Buffer.from(`--${boundary}--\r\n`);
  }
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: body() };
}

function headOf(part: string, file?: InputFile): string {
  const name = `Content-Disposition: form-data; name="${quotable(part)}"`;
  if (file === undefined) return `${name}\r\n\r\n`;
  return `${name}; filename="${quotable(file.name)}"\r\nContent-Type: ${file.mediaType}\r\n\r\n`;
}

/** As browsers write it (HTML standard, multipart/form-data). */
function quotable(name: string): string {
  return name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
