/** A hub of models that speaks Hugging Face's API, reached through the guarded fetch. */
import { z } from "zod";
import { TuttiError } from "../../../../src/errors.ts";
import type { Piece } from "../../../../src/models/download.ts";
import { reasonOf, SourceFault } from "../../../../src/models/source-fault.ts";
import { portOf } from "../../../../src/net/check-url.ts";
import { createGuardedFetch, type Fetched } from "../../../../src/net/guarded-fetch.ts";
import { readJson } from "../../../../src/net/read-fetched.ts";

export interface HubOptions {
  readonly hubUrl: string;
  readonly allowHosts: readonly string[];
  /** For gated and private models. */
  readonly token?: string | undefined;
}

/** A model at one of its revisions. */
export interface ModelAt {
  readonly model: string;
  readonly revision: string;
}

export interface HubFile {
  /** Inside the repository. */
  readonly path: string;
  readonly bytes: number;
  /** Of large files. */
  readonly sha256?: string | undefined;
  /** Of the others: Git's name of their content. */
  readonly git?: string | undefined;
}

export interface HubModel {
  /** Which commit the revision is. */
  readonly commit: string;
  readonly files: readonly HubFile[];
}

export interface Hub {
  readonly host: string;
  /** @throws TuttiError `expert-unavailable` where there is no such model, it may not be had, or the hub can't be reached */
  readonly describe: (at: ModelAt, signal: AbortSignal) => Promise<HubModel>;
  /** A file from an offset on. @throws SourceFault, or TuttiError where trying again is of no use */
  readonly open: (at: ModelAt, path: string, bytes: number, from: number, signal: AbortSignal) => Promise<Piece>;
  /** Whether it answers at all, within two seconds. @throws whatever says why not */
  readonly reach: (signal: AbortSignal) => Promise<void>;
}

/** In place of a length that the hub doesn't tell. */
export const UNTOLD = -1;
/** Milliseconds. */
const ANSWER_MS = 2000;
const STALL_MS = 15_000;
const DAY_MS = 24 * 3_600_000;
const MAX_DESCRIPTION = 16 * 2 ** 20;

const fileName = z.string().regex(/^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^/\\\0][^\\\0]*$/, "is no path inside a repository");
const modelSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(
    z.object({
      rfilename: fileName,
      size: z.int().min(0).optional(),
      blobId: z.string().optional(),
      lfs: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().min(0) }).nullish(),
    }),
  ),
});

/** Redirects may lead to other public servers, which are not shown the token. */
export function openHub({ hubUrl, allowHosts, token }: HubOptions): Hub {
  const base = hubUrl.replace(/\/+$/, "");
  const url = new URL(base);
  const { host } = url;
  // Whoever set the hub's address means it, also where it is not public.
  const fetch = createGuardedFetch({
    allow: [`${url.hostname}:${portOf(url)}`, ...allowHosts],
    limits: { connectMs: ANSWER_MS, firstByteMs: STALL_MS, idleMs: STALL_MS },
  });
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };

  return {
    host,
    async describe({ model, revision }, signal) {
      const place = `${base}/api/models/${model}/revision/${encodeURIComponent(revision)}?blobs=true`;
      let fetched: Fetched;
      let raw: unknown;
      try {
        fetched = await fetch(place, { headers, signal, limits: { totalMs: STALL_MS, maxBytes: MAX_DESCRIPTION } });
        if (fetched.status !== 200) throw refusal(fetched, { model, revision }, host);
        raw = await readJson(fetched);
      } catch (error) {
        throw asUnavailable(error, host, signal);
      }
      const parsed = modelSchema.safeParse(raw);
      if (parsed.success) return { commit: parsed.data.sha, files: parsed.data.siblings.map(fileOf) };
      throw new TuttiError("expert-unavailable", `${host} does not describe ${model} as the Hugging Face hub does`);
    },
    async open({ model, revision }, path, bytes, from, signal) {
      const place = `${base}/${model}/resolve/${encodeURIComponent(revision)}/${path.split("/").map(encodeURIComponent).join("/")}`;
      const range = from > 0 ? { range: `bytes=${from}-` } : {};
      const limits = { totalMs: DAY_MS, maxBytes: bytes + 1 };
      try {
        const fetched = await fetch(place, { headers: { ...headers, ...range }, signal, limits });
        const start = fetched.status === 200 ? 0 : startOf(fetched);
        if (start === 0 || (fetched.status === 206 && start === from)) {
          return { from: start, chunks: readable(fetched.body), close: fetched.close };
        }
        throw refusal(fetched, { model, revision }, host);
      } catch (error) {
        throw asFault(error);
      }
    },
    async reach(signal) {
      const fetched = await fetch(`${base}/`, { method: "HEAD", signal, limits: { totalMs: ANSWER_MS } });
      fetched.close();
      if (fetched.status >= 500 || fetched.status === 407) throw new SourceFault(`it answered ${fetched.status}`);
    },
  };
}

function fileOf({ rfilename, size, blobId, lfs }: z.infer<typeof modelSchema>["siblings"][number]): HubFile {
  return { path: rfilename, bytes: lfs?.size ?? size ?? UNTOLD, sha256: lfs?.sha256, git: lfs ? undefined : blobId };
}

async function* readable(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw asFault(error);
  }
}

/** A connection that broke is gone on with; only what may not be fetched at all ends a download. */
function asFault(error: unknown): unknown {
  if (!(error instanceof TuttiError) || error.code === "canceled" || error.code === "expert-unavailable") return error;
  if (error.code === "url-refused") return new TuttiError("expert-unavailable", error.message, { cause: error });
  return new SourceFault(error.message);
}

function startOf({ headers }: Fetched): number | undefined {
  const start = /^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1];
  return start === undefined ? undefined : Number(start);
}

/** The hub says 401 for what is not there as well, so that nobody learns what is private. */
function refusal({ status, close }: Fetched, { model, revision }: ModelAt, host: string): Error {
  close();
  switch (status) {
    case 401:
    case 403:
      return new TuttiError(
        "expert-unavailable",
        `${host} does not give ${model} to anybody: it is not there, or private, or its terms must be accepted first; then set the secret token`,
      );
    case 404:
      return new TuttiError("expert-unavailable", `${host} has no ${model} at ${revision}, or not all of its files`);
    default:
      return new SourceFault(`${host} answered ${status}`);
  }
}

function asUnavailable(error: unknown, host: string, signal: AbortSignal): TuttiError {
  if (signal.aborted) return new TuttiError("canceled", "the model is no longer wanted", { cause: error });
  if (error instanceof TuttiError && error.code === "expert-unavailable") return error;
  return new TuttiError("expert-unavailable", `hub not reachable: ${reasonOf(error)}`, {
    cause: error,
    retryable: true,
  });
}
