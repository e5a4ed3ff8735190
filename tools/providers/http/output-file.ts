/** A file in an answer: its bytes in base64, or where they are. */
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";
import { decodeBase64 } from "../values/base64.ts";
import { parse } from "../values/decode-data.ts";
import type { DecodeFile } from "../values/decode-outputs.ts";
import { saveFile } from "../values/save-file.ts";
import { isSuccess } from "./ask.ts";
import type { Connection } from "./connection.ts";
import { within, type Deadline } from "../remote/deadline.ts";
import { fetchFault, isPassing } from "../remote/faults.ts";

const detailsShape = { name: z.string().optional(), mediaType: z.string().optional() };
const fileSchema = z.union(
  [z.object({ data: z.string(), ...detailsShape }), z.object({ url: z.string().min(1).max(8192), ...detailsShape })],
  "is no file: expected {data: base64} or {url}, with name and mediaType as texts where they are given",
);

interface Call {
  readonly scratch: string;
  readonly deadline: Deadline;
  readonly signal: AbortSignal;
}

/** URLs are relative to the expert's own, and count together against the limit of one answer. */
export function fileDecoder(connection: Connection, { scratch, deadline, signal }: Call): DecodeFile {
  let left = connection.maxBytes;

  async function* counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      left -= chunk.length;
      yield chunk;
    }
  }

  return async function decodeFile(given, output) {
    const file = parse(fileSchema, given, `output ${output}`);
    const details = { scratch, output, name: file.name, mediaType: file.mediaType };
    if ("data" in file) return saveFile(decodeBase64(file.data, `output ${output}`), details);
    const url = URL.parse(file.url, connection.url.href);
    if (!url) throw new TuttiError("expert-failed", `output ${output} is at no URL`);
    try {
      const limits = { ...within(deadline), maxBytes: Math.max(0, left) };
      const fetched = await connection.fetch(url, { signal, limits });
      if (!isSuccess(fetched)) {
        fetched.close();
        const message = `output ${output}: ${url.host} answers ${fetched.status}`;
        throw new TuttiError("expert-failed", message, { retryable: isPassing(fetched.status) });
      }
      const mediaType = file.mediaType ?? fetched.headers.get("content-type");
      return await saveFile(counted(fetched.body), { ...details, mediaType });
    } catch (error) {
      throw fileFault(error, output);
    }
  };
}

/** Where an expert sends us is its own doing, whatever is found there. */
function fileFault(error: unknown, output: string): TuttiError {
  const { code, message, retryable, cause } = fetchFault(error);
  if (code === "timeout" || code === "canceled") return new TuttiError(code, message, { cause, retryable });
  const what = message.startsWith("output ") ? message : `output ${output}: ${message}`;
  return new TuttiError("expert-failed", what, { cause, retryable });
}
