/** What is asked of a server, and what is asked of the next one when it redirects. */
import { TuttiError } from "../errors.ts";
import type { AllowList } from "./allow-list.ts";
import { checkUrl } from "./check-url.ts";

export type FetchBody = Uint8Array | string | AsyncIterable<Uint8Array>;

export type HeadersGiven = ConstructorParameters<typeof Headers>[0];

export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: FetchBody | undefined;
}

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** They belong to the connection, or follow from the URL and the body. */
const ours = [
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];
/** What another origin may see. A list of secrets would never be complete: every service names its key as it likes. */
const forStrangers = ["accept", "accept-language", "range", "user-agent"];

export function outgoing(
  url: URL,
  given: {
    readonly method?: string | undefined;
    readonly headers?: HeadersGiven | undefined;
    body?: FetchBody | undefined;
  },
): Outgoing {
  const method = (given.method ?? (given.body === undefined ? "GET" : "POST")).toUpperCase();
  if (!METHODS.has(method)) throw new TuttiError("url-refused", `a fetch can't ask with ${method}`);
  const headers = new Headers(given.headers);
  for (const name of ours) headers.delete(name);
  if (!headers.has("accept")) headers.set("accept", "*/*");
  if (!headers.has("user-agent")) headers.set("user-agent", "tutti");
  return { url, method, headers, body: given.body };
}

interface Redirect {
  readonly status: number;
  readonly location: string | undefined;
}

/**
 * The next request, as the Fetch standard makes it, but stricter: another origin gets no header that may be a secret and
 * no body. Undefined for what is no redirect.
 * @throws TuttiError `url-refused` where it may not lead there, `fetch-failed` where it can't be followed
 */
export function followed(
  last: Outgoing,
  { status, location }: Redirect,
  { allow, allowDowngrade = false }: { readonly allow: AllowList; readonly allowDowngrade?: boolean | undefined },
): Outgoing | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  // Node reads headers as Latin-1; browsers take them for UTF-8 here.
  const target = Buffer.from(location, "latin1").toString("utf8");
  const url = checkUrl(target, { base: last.url, allow });
  if (last.url.protocol === "https:" && url.protocol === "http:" && !allowDowngrade) {
    throw new TuttiError("url-refused", `${last.url.host} redirects from https to http`);
  }
  const isSame = url.origin === last.url.origin;
  const headers = isSame ? new Headers(last.headers) : only(last.headers, forStrangers);
  const turnsGet =
    (status === 303 && last.method !== "HEAD" && last.method !== "GET") ||
    ((status === 301 || status === 302) && last.method === "POST");
  if (turnsGet) {
    const ofBody = [...headers.keys()].filter((name) => name.startsWith("content-"));
    for (const name of ofBody) headers.delete(name);
    return { url, method: "GET", headers, body: undefined };
  }
  const { method, body } = last;
  if (body !== undefined && !isSame) throw unfollowed(last, "to another origin, which may not have the body");
  if (body !== undefined && isStream(body)) throw unfollowed(last, "a body that is a stream, and can't be sent again");
  return { url, method, headers, body };
}

export function isStream(body: FetchBody): body is AsyncIterable<Uint8Array> {
  return typeof body !== "string" && !(body instanceof Uint8Array);
}

function unfollowed({ url, method }: Outgoing, what: string): TuttiError {
  return new TuttiError("fetch-failed", `${url.host} redirects a ${method} ${what}; ask the final URL instead`);
}

function only(headers: Headers, names: readonly string[]): Headers {
  return new Headers([...headers].filter(([name]) => names.includes(name)));
}
