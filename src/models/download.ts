/** Reads a URL from an offset on, and never waits without a deadline. */
import { SourceFault } from "./source-fault.ts";

/** Milliseconds. */
export interface Deadlines {
  /** From asking a server to its answer's head, connecting included; anew for each redirect. */
  readonly answerMs: number;
  /** From one piece of a body to the next. */
  readonly stallMs: number;
}

/** Bytes of a file from some offset on. */
export interface Piece {
  /** May be less than was asked for, down to 0, where a source can't go on in the middle. */
  readonly from: number;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** For who does not read it to its end. */
  readonly close: () => void;
}

const MAX_REDIRECTS = 5;

interface Ask {
  readonly from?: number;
  readonly accept?: string;
  readonly deadlines: Deadlines;
  readonly signal: AbortSignal;
}

/** @throws SourceFault, or what `fetch` throws, where there is no such file or no answer in time */
export async function download(url: string, ask: Ask): Promise<Piece> {
  const { from = 0, accept = "*/*", deadlines, signal } = ask;
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  // Compressed on the way, offsets would mean something else.
  const headers = { accept, "accept-encoding": "identity", ...(from > 0 ? { range: `bytes=${from}-` } : {}) };
  const response = await follow(new URL(url), headers, { stop, signal: both, answerMs: deadlines.answerMs });
  const close = (): void => stop.abort();
  const start = startOf(response, from);
  if (start === "refused") {
    close();
    return download(url, { ...ask, from: 0 });
  }
  const { body } = response;
  if (start === undefined || body === null) {
    close();
    throw new SourceFault(`${new URL(url).host} answered ${response.status}`);
  }
  return { from: start, chunks: watched(lockedAtOnce(body), stop, deadlines.stallMs), close };
}

interface Hop {
  readonly stop: AbortController;
  readonly signal: AbortSignal;
  readonly answerMs: number;
}

/** By hand, so that each server on the way gets its own deadline. */
async function follow(first: URL, headers: Readonly<Record<string, string>>, hop: Hop): Promise<Response> {
  let url = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const { host } = url;
    const late = (): void => hop.stop.abort(new SourceFault(`${host} did not answer within ${hop.answerMs / 1000} s`));
    const timer = setTimeout(late, hop.answerMs);
    let response: Response;
    try {
      const [bare, credentials] = withoutCredentials(url);
      response = await fetch(bare, { headers: { ...headers, ...credentials }, redirect: "manual", signal: hop.signal });
    } finally {
      clearTimeout(timer);
    }
    const next = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || next === null) return response;
    await response.body?.cancel();
    url = new URL(next, url);
  }
  hop.stop.abort();
  throw new SourceFault(`${first.host} redirects more than ${MAX_REDIRECTS} times`);
}

/** `fetch` takes none in a URL; a redirect to another server gets none. */
function withoutCredentials(url: URL): readonly [bare: URL, headers: Readonly<Record<string, string>>] {
  if (url.username === "" && url.password === "") return [url, {}];
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  return [bare, { authorization: `Basic ${Buffer.from(pair).toString("base64")}` }];
}

/** Where the body begins; undefined: it is not the file; `refused`: there is nothing from that offset on. */
function startOf({ status, headers }: Response, asked: number): number | "refused" | undefined {
  if (status === 200) return 0;
  if (status === 416 && asked > 0) return "refused";
  if (status !== 206) return undefined;
  const start = /^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1];
  return start !== undefined && Number(start) === asked ? asked : undefined;
}

/** A body that nobody reads yet is cancelled, and ends as if whole, when the garbage collector takes its response. */
function lockedAtOnce(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const reader = body[Symbol.asyncIterator]();
  return { [Symbol.asyncIterator]: () => reader };
}

async function* watched(
  body: AsyncIterable<Uint8Array>,
  stop: AbortController,
  stallMs: number,
): AsyncGenerator<Uint8Array> {
  const stalled = (): void => stop.abort(new SourceFault(`nothing more came for ${stallMs / 1000} s`));
  const timer = setTimeout(stalled, stallMs);
  try {
    for await (const chunk of body) {
      timer.refresh();
      yield chunk;
    }
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}
