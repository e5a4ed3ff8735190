/** An MCP server that is reached over streamable HTTP, through the guarded fetch. */
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { asFetch } from "../../../src/net/as-fetch.ts";
import { createGuardedFetch } from "../../../src/net/guarded-fetch.ts";
import { endCanceledStreams } from "./end-canceled-streams.ts";

export interface HttpAccess {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly allowHosts: readonly string[];
  /** Bytes of one answer. */
  readonly maxBytes: number;
}

/** A stream is silent while a tool works, and between one news and the next: calls have time limits of their own. */
const LONGEST_STREAM_MS = 24 * 60 * 60 * 1000;

export interface HttpTransport extends Transport {
  /** Tells the server that its session is over, where it cares. */
  readonly terminateSession: () => Promise<void>;
}

export function createHttpTransport({ url, headers, allowHosts, maxBytes }: HttpAccess): HttpTransport {
  const guarded = asFetch(createGuardedFetch(), {
    allow: allowHosts,
    limits: {
      firstByteMs: LONGEST_STREAM_MS,
      idleMs: LONGEST_STREAM_MS,
      totalMs: LONGEST_STREAM_MS,
      maxBytes,
    },
  });
  return new StreamableHTTPClientTransport(new URL(url), {
    fetch: endCanceledStreams(guarded),
    requestInit: { headers: { ...headers } },
  });
}
