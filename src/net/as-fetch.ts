/** The guarded fetch in the shape of the standard one, for libraries that take a fetch to use. */
import type { FetchOptions, GuardedFetch } from "./guarded-fetch.ts";

/** Statuses whose answers have no body (Fetch standard). */
const BODILESS = new Set([101, 103, 204, 205, 304]);

/**
 * Bodies are sent whole. Rejects with TuttiError, or, as the standard has it, with the signal's reason where that is
 * what ended it. Redirects are always followed.
 */
export function asFetch(
  guardedFetch: GuardedFetch,
  options: Pick<FetchOptions, "limits" | "allow" | "allowDowngrade"> = {},
): typeof fetch {
  return async function fetch(input, init) {
    const request = new Request(input, init);
    const { url, method, headers, signal } = request;
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    try {
      const fetched = await guardedFetch(url, { ...options, method, headers, body, signal });
      const { status } = fetched;
      if (!BODILESS.has(status))
        return new Response(ReadableStream.from(fetched.body), { status, headers: fetched.headers });
      fetched.close();
      return new Response(null, { status, headers: fetched.headers });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  };
}
