/** One server as the calls of one expert need it: asked with its key, within limits, and its faults sorted. */
import { TuttiError } from "../../../src/errors.ts";
import { asFetch } from "../../../src/net/as-fetch.ts";
import { createGuardedFetch } from "../../../src/net/guarded-fetch.ts";
import type { TokenUsage } from "../../../src/run/usage.ts";
import { assertWanted, type Deadline } from "../remote/deadline.ts";
import { fetchFault } from "../remote/faults.ts";
import { headersOf } from "../remote/headers.ts";
import { redactor } from "../remote/redact.ts";
import type { ProviderSetup } from "../provider.ts";
import { parseForeignJson } from "../values/foreign-json.ts";
import { adapt, nextAdaptation, type Adaptation, type JsonBody } from "./adapt-body.ts";
import type { OpenaiSettings } from "./settings.ts";
import { sortFault, type Fault } from "./sort-fault.ts";

/** Of a body that tells of a fault. Bytes. */
const MAX_FAULT = 64 * 1024;

export interface Call {
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
  /** Takes what the server says that the call cost. */
  readonly tell?: ((usage: TokenUsage) => void) | undefined;
}

export interface Server {
  readonly host: string;
  readonly model: string;
  /** Takes the secrets out of a text. */
  readonly redact: (text: string) => string;
  /**
   * Posts to a path below the base, changing what this server doesn't take.
   * @returns an answer with 2xx, its body not read
   * @throws TuttiError as a worker wants it; so does the body
   */
  readonly post: (path: string, body: JsonBody | FormData, call: Call) => Promise<Response>;
  /** Gets a path below the base, or another URL, which is shown the key only at the same origin. Any status. */
  readonly get: (target: string | URL, call: Call) => Promise<Response>;
  /** @returns the same answer @throws TuttiError where it is no success */
  readonly judged: (response: Response) => Promise<Response>;
}

/** @throws TuttiError `bad-input` for a key or headers that can't be sent, and for secrets that mean nothing here */
export function openServer({ settings, secrets, allowHosts }: ProviderSetup<OpenaiSettings>): Server {
  const base = settings.baseUrl.replace(/\/+$/, "");
  const { host, origin } = new URL(base);
  const { model } = settings;
  const headers = headersOf(settings.headers, authorization(secrets));
  const redact = redactor(secrets);
  const guardedFetch = createGuardedFetch({ allow: allowHosts, limits: { maxBytes: settings.maxBytes } });
  let known: readonly Adaptation[] = [];

  async function send(url: string, init: RequestInit, { signal, deadline }: Call): Promise<Response> {
    // Whoever thinks says nothing meanwhile, also between the head of an answer and its first word.
    const left = deadline.left();
    const fetch = asFetch(guardedFetch, { limits: { totalMs: left, firstByteMs: left, idleMs: left } });
    const isHome = new URL(url).origin === origin;
    try {
      const response = await fetch(url, { ...init, headers: { ...(isHome && headers), ...typeOf(init) }, signal });
      return new Response(response.body && ReadableStream.from(sorted(response.body, signal)), response);
    } catch (error) {
      assertWanted(signal);
      throw fetchFault(error);
    }
  }

  async function judged(response: Response): Promise<Response> {
    if (response.ok) return response;
    throw sortFault({ host, model, redact, ...(await readFault(response)) });
  }

  async function postJson(path: string, body: JsonBody, call: Call): Promise<Response> {
    let made = known;
    for (;;) {
      const sent = adapt(body, made);
      const response = await send(`${base}/${path}`, { method: "POST", body: JSON.stringify(sent) }, call);
      if (response.ok) {
        // Only now it is known that it was the cure.
        known = made;
        return response;
      }
      const fault = await readFault(response);
      const next = nextAdaptation(sent, made, fault);
      if (!next) throw sortFault({ host, model, redact, ...fault });
      made = [...made, next];
    }
  }

  return {
    host,
    model,
    redact,
    post: async (path, body, call) =>
      body instanceof FormData
        ? judged(await send(`${base}/${path}`, { method: "POST", body }, call))
        : postJson(path, body, call),
    get: (target, call) => send(target instanceof URL ? target.href : `${base}/${target}`, {}, call),
    judged,
  };
}

/** @throws TuttiError `expert-failed` for what is no JSON, and what the body throws */
export async function readJson({ host, redact }: Server, response: Response): Promise<unknown> {
  return parseForeignJson(redact(await response.text()), `the answer of ${host}`);
}

function authorization(secrets: Readonly<Record<string, string>>): Record<string, string> {
  const { apiKey, ...others } = secrets;
  const [odd] = Object.keys(others);
  if (odd !== undefined) {
    throw new TuttiError("bad-input", `an openai expert has one secret, apiKey; ${JSON.stringify(odd)} means nothing`);
  }
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey.trim()}` };
}

/** A form says itself what it is. */
function typeOf({ body }: RequestInit): Record<string, string> {
  return typeof body === "string" ? { "content-type": "application/json" } : {};
}

async function* sorted(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    assertWanted(signal);
    throw fetchFault(error);
  }
}

/** As far as it comes: the status is known, and says most. */
export async function readFault(response: Response): Promise<Pick<Fault, "status" | "said" | "retryAfter">> {
  const { status, headers, body } = response;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body ?? []) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_FAULT) break;
    }
  } catch {
    // What was not sent is not told.
  }
  return { status, said: new TextDecoder().decode(Buffer.concat(chunks)), retryAfter: retryAfter(headers) };
}

/** Seconds, from milliseconds as OpenAI has them, or seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(headers: Headers): number | undefined {
  const exact = headers.get("retry-after-ms");
  if (exact !== null && /^\d+(?:\.\d+)?$/.test(exact)) return Number(exact) / 1000;
  const given = headers.get("retry-after")?.trim();
  if (given === undefined || given === "") return undefined;
  const seconds = /^\d+(?:\.\d+)?$/.test(given) ? Number(given) : (Date.parse(given) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
