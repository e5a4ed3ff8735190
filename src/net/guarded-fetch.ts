/**
 * The one way to a URL that somebody else named. Only public web servers are reached, or what an admin allows; the
 * connection goes to the address that was checked; redirects are new requests, checked as the first; time and size have
 * limits.
 *
 * Over `node:http`, not `fetch`: Node's own can't be told the address without a dispatcher of the package undici.
 */
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { TuttiError } from "../errors.ts";
import { readAllowList, type AllowList } from "./allow-list.ts";
import { assertReachable, checkUrl, notPublic, portOf } from "./check-url.ts";
import { exchange, type ExchangeLimits } from "./exchange.ts";
import { asFetchError } from "./fetch-error.ts";
import { hostOf } from "./host-name.ts";
import { beginLife, seconds, unlessEnded, type Lifetime } from "./lifetime.ts";
import { assertType } from "./media-type.ts";
import { followed, outgoing, type FetchBody, type HeadersGiven, type Outgoing } from "./outgoing.ts";
import { readBody, type BodyLimits } from "./read-body.ts";
import { resolveByDns, resolveLocally, type Resolve } from "./resolve-host.ts";

export interface FetchLimits extends ExchangeLimits, BodyLimits {
  /** Milliseconds for all of it: redirects, and the body to its end. */
  readonly totalMs: number;
  /** What a success may hold: media types, also as `image/*`. @default anything */
  readonly types?: readonly string[] | undefined;
}

export interface FetchOptions {
  /** @default GET, or POST where there is a body */
  readonly method?: string | undefined;
  readonly headers?: HeadersGiven | undefined;
  readonly body?: FetchBody | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly limits?: Partial<FetchLimits> | undefined;
  /** What may be reached although it is not public, see `readAllowList`. @default nothing */
  readonly allow?: readonly string[] | undefined;
  /** Whether a redirect may lead from https to http. @default false */
  readonly allowDowngrade?: boolean | undefined;
}

export interface Fetched {
  readonly status: number;
  /** Without those that no longer hold once the body is decompressed. */
  readonly headers: Headers;
  /** Where it really came from. */
  readonly url: string;
  /** To be read once, or closed. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of the connection without reading on. */
  readonly close: () => void;
}

export interface GuardedFetch {
  (url: string | URL, options?: FetchOptions): Promise<Fetched>;
  /** What can be said of a URL before anybody is asked. @throws TuttiError `url-refused` */
  readonly check: (url: string) => URL;
}

export interface FetchPolicy {
  /** Allowed for every fetch, besides what each allows. @default nothing */
  readonly allow?: readonly string[] | undefined;
  /** Overrides the limits below; each fetch may override them again. */
  readonly limits?: Partial<FetchLimits> | undefined;
  /** @default DNS for hosts of the Internet, the machine's own way where something is allowed */
  readonly resolve?: Resolve | undefined;
}

const defaultLimits: FetchLimits = {
  connectMs: 5000,
  firstByteMs: 30_000,
  idleMs: 15_000,
  totalMs: 60_000,
  maxBytes: 32 * 2 ** 20,
};

const MAX_REDIRECTS = 5;

/**
 * Statuses are not judged: a 404 is an answer. Both the fetch and its body throw TuttiError: `url-refused` (may not be
 * fetched), `fetch-failed` (no answer, or none that can be read), `timeout`, `too-large`, `unsupported-media` (of a type
 * that was not asked for), `canceled`.
 * @throws TuttiError `misconfigured` for a wrong entry in the policy
 */
export function createGuardedFetch(policy: FetchPolicy = {}): GuardedFetch {
  const allowed = readAllowList(policy.allow ?? []);
  async function guardedFetch(given: string | URL, options: FetchOptions = {}): Promise<Fetched> {
    const allow = options.allow ? readAllowList([...(policy.allow ?? []), ...options.allow]) : allowed;
    const limits = { ...defaultLimits, ...policy.limits, ...options.limits };
    let request = outgoing(checkUrl(String(given), { allow }), options);
    const life = beginLife(options.signal, limits.totalMs, `the fetch from ${request.url.host}`);
    try {
      for (let redirects = 0; ; redirects++) {
        const addresses = await addressesOf(request.url, allow, policy.resolve, limits, life);
        const response = await exchange(request, addresses, limits, life);
        const redirect = { status: response.statusCode ?? 0, location: response.headers.location };
        const next = followed(request, redirect, { allow, allowDowngrade: options.allowDowngrade });
        if (!next) return receive(request, response, limits, life);
        response.destroy();
        request = next;
        if (redirects === MAX_REDIRECTS) {
          throw new TuttiError(
            "fetch-failed",
            `${request.url.host} is at the end of more than ${MAX_REDIRECTS} redirects`,
          );
        }
      }
    } catch (error) {
      const fault = life.ended() ?? asFetchError(error, request.url.host);
      life.end(fault);
      throw fault;
    }
  }
  return Object.assign(guardedFetch, { check: (url: string) => checkUrl(url, { allow: allowed }) });
}

/** Every address counts: of several, a connection may end at any. One in the URL was checked with it. */
async function addressesOf(
  url: URL,
  allow: AllowList,
  given: Resolve | undefined,
  { connectMs }: FetchLimits,
  life: Lifetime,
): Promise<readonly string[]> {
  const [host, port] = [hostOf(url), portOf(url)];
  if (isIP(host) !== 0) return [host];
  const isInner = allow.hasAddresses || allow.namesHost(host, port);
  const resolve = given ?? (isInner ? resolveLocally : resolveByDns);
  const clock = life.clock(connectMs, `${host} could not be looked up within ${seconds(connectMs)}`);
  try {
    const addresses = await unlessEnded(resolve(host, life.signal), life);
    if (addresses.length === 0) throw notPublic(host);
    for (const address of addresses) assertReachable(host, port, address, allow);
    return addresses;
  } finally {
    clock.stop();
  }
}

function receive(request: Outgoing, response: IncomingMessage, limits: FetchLimits, life: Lifetime): Fetched {
  const { host } = request.url;
  const status = response.statusCode ?? 0;
  const headers = headersOf(response);
  if (limits.types && status >= 200 && status < 300) assertType(headers.get("content-type"), limits.types, host);
  const body = readBody(response, request, limits, life);
  if (headers.has("content-encoding")) for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  return { status, headers, url: request.url.href, body, close: () => life.end() };
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
  return headers;
}
