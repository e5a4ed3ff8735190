/** The fetch of one expert's calls: guarded, with who is asked put right, and answers judged before the library sees them. */
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";
import { asFetch } from "../../../src/net/as-fetch.ts";
import type { GuardedFetch } from "../../../src/net/guarded-fetch.ts";
import { liveOnes, servedBySchema } from "../../../src/registry/import/served-by.ts";
import { within, type Deadline } from "../remote/deadline.ts";
import type { ProviderSetup } from "../provider.ts";
import { parseForeignJson } from "../values/foreign-json.ts";
import { plainFetch } from "./ambient-fetch.ts";
import { howToServe, refusalFault, type Place } from "./faults.ts";
import { HUB_URL, hubHosts, ROUTER_URL } from "./hub.ts";
import { inferenceProviders, type HuggingFaceSettings } from "./settings.ts";

/** Of an answer that tells of a fault. Bytes. */
const MAX_FAULT = 64 * 1024;

export interface RemoteCall {
  readonly setup: ProviderSetup<HuggingFaceSettings>;
  readonly guardedFetch: GuardedFetch;
  readonly redact: (text: string) => string;
  readonly deadline: Deadline;
  readonly signal: AbortSignal;
}

/** Made anew for each call: the token goes to the first origin that a call is sent to, and to the hub. */
export function remoteFetch({ setup, guardedFetch, redact, deadline, signal }: RemoteCall): typeof fetch {
  const { settings, allowHosts, environment } = setup;
  const { model, maxBytes } = settings;
  const token = setup.secrets["token"];
  let home: string | undefined;

  return async function fetch(input, init) {
    const request = new Request(input, init);
    // No network is in it.
    if (request.url.startsWith("data:")) return plainFetch(request);
    const { place, url } = locate(new URL(request.url), settings, environment.hubUrl);
    if (place !== "hub") home ??= url.origin;
    // A result that an answer points at is not the call.
    const whose = place === "hub" || url.origin === home ? place : "elsewhere";
    const headers = new Headers(request.headers);
    if (whose === "elsewhere") headers.delete("authorization");
    // The library leaves it out where it looks for any provider, and private models are then not found.
    if (place === "hub" && token?.startsWith("hf_") === true) headers.set("authorization", `Bearer ${token}`);
    const { method } = request;
    const body = request.body === null ? null : await request.bytes();
    const limits = { ...within(deadline), maxBytes };
    const allow = place === "hub" ? hubHosts(setup) : allowHosts;
    const fetchIt = asFetch(guardedFetch, { allow, limits });
    const asked = fetchIt(url, { method, headers, body, signal });
    const response = await (whose === "elsewhere" ? asked.catch(blameAnswer) : asked);
    if (!response.ok) {
      const text = redact(await readHead(response));
      const { status } = response;
      throw refusalFault({ place: whose, host: url.host, model, status, text, retryAfter: retryAfter(response) });
    }
    if (!isJson(response)) return response;
    const text = redact(await response.text());
    const told = parseForeignJson(text, `the answer of ${url.host}`);
    const { status } = response;
    return place === "hub"
      ? Response.json(servedHere(told, model), { status })
      : new Response(text, { status, headers: response.headers });
  };
}

/** Where an answer sends us is its own doing, whatever is found there. */
function blameAnswer(error: unknown): never {
  if (!(error instanceof TuttiError) || error.code === "timeout" || error.code === "canceled") throw error;
  const { message, retryable } = error;
  throw new TuttiError("expert-failed", `the answer points at a result that is not to be had: ${message}`, {
    cause: error,
    retryable,
  });
}

/** The library knows the addresses of the hub and of the router by heart. */
function locate(
  url: URL,
  { hubUrl, routerUrl, endpointUrl }: HuggingFaceSettings,
  defaultHub: string,
): { readonly place: Place; readonly url: URL } {
  if (url.origin === HUB_URL) return { place: "hub", url: moved(url, hubUrl ?? defaultHub) };
  if (url.origin === ROUTER_URL) return { place: "router", url: moved(url, routerUrl ?? ROUTER_URL) };
  const isEndpoint = endpointUrl !== undefined && url.origin === new URL(endpointUrl).origin;
  // A provider that is called with a key of its own answers as the router would.
  return { place: isEndpoint ? "endpoint" : "router", url };
}

function moved(url: URL, base: string): URL {
  return new URL(`${base.replace(/\/+$/, "")}${url.pathname}${url.search}`);
}

/**
 * Takes out who is unknown to the library or does not take calls: the library takes the first, whoever it is, and fails
 * in odd ways where there is none.
 */
function servedHere(told: unknown, model: string): { readonly inferenceProviderMapping: readonly object[] } {
  const parsed = z.object({ inferenceProviderMapping: servedBySchema.optional() }).safeParse(told);
  if (!parsed.success) {
    throw new TuttiError("expert-failed", `the hub tells of ${model} in a way that is not understood`);
  }
  const known: ReadonlySet<string> = new Set(inferenceProviders);
  const entries = liveOnes(parsed.data.inferenceProviderMapping ?? []).filter(({ provider }) => known.has(provider));
  if (entries.length === 0) throw new TuttiError("expert-unavailable", howToServe(model));
  return { inferenceProviderMapping: entries.map((entry) => ({ hfModelId: model, ...entry })) };
}

function isJson(response: Response): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(response.headers.get("content-type") ?? "");
}

/** What was not sent is not told: the status is known, and says most. */
async function readHead(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_FAULT) break;
    }
  } catch {
    // As far as it came.
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, MAX_FAULT));
}

/** Seconds, from a number of them or a date (RFC 9110, 10.2.3). */
function retryAfter({ headers }: Response): number | undefined {
  const given = headers.get("retry-after")?.trim();
  if (given === undefined || given === "") return undefined;
  const seconds = /^\d+$/.test(given) ? Number(given) : (Date.parse(given) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
