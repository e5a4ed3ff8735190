/** The body of an answer: decompressed, counted, and never waited for without end. */
import type { IncomingMessage } from "node:http";
import { pipeline, type Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { TuttiError } from "../errors.ts";
import { asFetchError } from "./fetch-error.ts";
import { seconds, type Lifetime } from "./lifetime.ts";
import type { Outgoing } from "./outgoing.ts";

export interface BodyLimits {
  /** Milliseconds that a piece is waited for. What its reader takes to ask for it does not count. */
  readonly idleMs: number;
  /** Of the body, both as it comes and decompressed. */
  readonly maxBytes: number;
}

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * Pieces of the body. Whoever stops reading lets go of the connection; so does the end of the fetch's life for who never
 * began. Throws TuttiError.
 * @throws TuttiError `too-large` for a declared length above the limit, `fetch-failed` for an unknown compression
 */
export function readBody(
  response: IncomingMessage,
  { url: { host }, method }: Outgoing,
  { idleMs, maxBytes }: BodyLimits,
  life: Lifetime,
): AsyncIterable<Uint8Array> {
  const tooLarge = (): TuttiError => new TuttiError("too-large", `${host} sends more than ${maxBytes} bytes`);
  // What would have been in the body is told without one, too.
  const isBodiless = method === "HEAD" || response.statusCode === 304;
  if (!isBodiless && Number(response.headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
  const source = isBodiless ? response : decoded(response, host, maxBytes, tooLarge);
  const chunks: AsyncIterator<Uint8Array> = source[Symbol.asyncIterator]();
  // Whoever reads hears of the fault; before anybody does, it must not end the process.
  source.on("error", () => {});
  life.onEnd((reason) => source.destroy(reason));
  const idle = `${host} sent nothing more for ${seconds(idleMs)}`;
  let bytes = 0;
  const iterator: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      const clock = life.clock(idleMs, idle);
      try {
        const result = await chunks.next();
        if (result.done) life.end();
        else if ((bytes += result.value.length) > maxBytes) throw tooLarge();
        return result;
      } catch (error) {
        const fault = life.ended() ?? asFetchError(error, host);
        life.end(fault);
        throw fault;
      } finally {
        clock.stop();
      }
    },
    return() {
      life.end();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  return iterator;
}

/** Compressed nothing can be endless, so what comes is counted, too. */
function decoded(response: IncomingMessage, host: string, maxBytes: number, tooLarge: () => TuttiError): Readable {
  const encoding = (response.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (encoding === "identity" || encoding === "") return response;
  const decoder = Object.hasOwn(decoders, encoding) ? decoders[encoding]?.() : undefined;
  if (!decoder) throw new TuttiError("fetch-failed", `${host} compresses its answer in an unknown way`);
  async function* counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge();
      yield chunk;
    }
  }
  // Whoever reads the decoder hears of every fault.
  return pipeline(response, counted, decoder, () => {});
}
