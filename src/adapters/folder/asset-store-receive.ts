/** Takes in a stream of bytes of unknown length: to disk and through the hash, never into memory. */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TuttiError } from "../../errors.ts";
import type { AssetId } from "../../run/value.ts";

/**
 * Writes the bytes to a new file, which is on disk when this resolves. On failure the source is destroyed.
 * @throws TuttiError `too-large` as soon as there are more than `limit` bytes; whatever the stream breaks with.
 */
export async function receive(
  bytes: Readable,
  file: string,
  limit: number,
): Promise<{ readonly id: AssetId; readonly size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  async function* measured(source: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      const chunk = typeof piece === "string" ? Buffer.from(piece) : piece;
      size += chunk.length;
      if (size > limit) throw tooLarge(limit);
      hash.update(chunk);
      yield chunk;
    }
  }
  // Read-only once it is closed: what experts are given as a local file, they cannot change by accident.
  await pipeline(bytes, measured, createWriteStream(file, { flags: "wx", mode: 0o400, flush: true }));
  return { id: hash.digest("hex"), size };
}

function tooLarge(limit: number): TuttiError {
  return new TuttiError("too-large", `The file is larger than the limit of ${limit} bytes. Send a smaller one.`);
}
