/** Files that a request names by URL: fetched through the guard, and stored as if they had been uploaded. */
import { Readable } from "node:stream";
import { asTuttiError, TuttiError } from "../errors.ts";
import type { Fetched } from "../net/guarded-fetch.ts";
import type { Context } from "./context.ts";
import { isRemote } from "./data-url.ts";
import { plainName, uploadName } from "./file-name.ts";
import { storeUpload, type NamedAsset } from "./upload.ts";

/** For all URLs of a request together: somebody waits for the answer. */
const PATIENCE_MS = 60_000;
/** Of one request, as many as a form may have files. */
const MOST_URLS = 64;

const limits = { connectMs: 5000, firstByteMs: 20_000, idleMs: 10_000 };
const WAY_OUT = 'Upload the file with POST /v1/assets and send {"type":"asset","asset":"<id>"}, or send a data: URL.';

/** Gives a stored file for a URL. @throws TuttiError `fetch-failed`, `url-refused`, and as `storeUpload` */
export type FetchFile = (url: URL, name: string | undefined) => Promise<NamedAsset>;

/**
 * A URL that is to be fetched; undefined for what holds its bytes itself.
 * @param where names the field in messages
 * @throws TuttiError `url-refused`
 */
export function readRemoteUrl({ fetch }: Pick<Context, "fetch">, text: string, where: string): URL | undefined {
  if (!isRemote(text)) return undefined;
  try {
    if (!fetch) throw switchedOff();
    return fetch.check(text);
  } catch (error) {
    throw explained(error, `${where}: `);
  }
}

/**
 * For the URLs of one request, which share its time and its limit of bytes; the same URL is fetched once.
 * @param signal ends it when nobody waits any more
 */
export function createFileFetcher(context: Context, tenant: string, signal: AbortSignal): FetchFile {
  const { fetch, closing } = context;
  const deadline = performance.now() + PATIENCE_MS;
  const known = new Map<string, NamedAsset>();
  let bytesLeft = context.maxUploadBytes;

  async function fetchNew(url: URL, name: string | undefined): Promise<NamedAsset> {
    if (!fetch) throw switchedOff();
    if (known.size >= MOST_URLS) throw new TuttiError("url-refused", `there are more than ${MOST_URLS} remote URLs`);
    const totalMs = deadline - performance.now();
    const fetched = await fetch(url, { signal, limits: { ...limits, totalMs, maxBytes: bytesLeft } });
    try {
      if (fetched.status !== 200) {
        throw new TuttiError("fetch-failed", `${new URL(fetched.url).host} answered with status ${fetched.status}`);
      }
      const bytes = Readable.from(fetched.body, { objectMode: false });
      return await storeUpload(context, { tenant, bytes, name: name ?? nameOf(url, fetched) });
    } finally {
      fetched.close();
    }
  }

  return async function fetchFile(url, name) {
    const there = known.get(url.href);
    if (there) return { ...there, name: name ?? there.name };
    try {
      const file = await fetchNew(url, name);
      bytesLeft -= file.asset.bytes;
      known.set(url.href, file);
      return file;
    } catch (error) {
      if (closing.aborted) throw new TuttiError("shutting-down", "the server is stopping; try again soon");
      throw explained(error);
    }
  };
}

/** The last part of the path, as whoever wrote the URL calls it, or what the server says where that looks like no file. */
function nameOf({ pathname }: URL, { headers }: Fetched): string | undefined {
  const last = plainName(decoded(pathname.split("/").at(-1) ?? ""));
  if (last !== undefined && /\.\w{1,10}$/.test(last)) return last;
  return uploadName({ "content-disposition": headers.get("content-disposition") ?? "" }) ?? last;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function switchedOff(): TuttiError {
  return new TuttiError("url-refused", "remote URLs are not fetched by this server");
}

/** To who asked, a server that is too slow is one more that can't be read; a refusal tells the way out. */
function explained(error: unknown, prefix = ""): TuttiError {
  const { code, message, retryable, cause } = asTuttiError(error);
  const options = { cause: cause ?? error, retryable };
  if (code === "timeout") return new TuttiError("fetch-failed", prefix + message, options);
  return new TuttiError(code, prefix + message + (code === "url-refused" ? `. ${WAY_OUT}` : ""), options);
}
