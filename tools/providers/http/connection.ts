/** One registered expert as its requests need it: where, as whom, and how long. */
import { TuttiError } from "../../../src/errors.ts";
import { createGuardedFetch, type Fetched, type FetchOptions } from "../../../src/net/guarded-fetch.ts";
import type { ProviderSetup } from "../provider.ts";
import { fetchFault } from "./faults.ts";
import { headersOf } from "./headers.ts";
import { redactor } from "./redact.ts";
import type { HttpSettings } from "./settings.ts";

export interface Connection {
  readonly url: URL;
  readonly host: string;
  readonly maxBytes: number;
  /** Takes the secrets out of a text. */
  readonly redact: (text: string) => string;
  /** Of this origin only the expert itself gets to see the headers. @throws TuttiError as a worker wants it */
  readonly fetch: (url: URL, options: FetchOptions) => Promise<Fetched>;
}

/** @throws TuttiError `bad-input` for headers that can't be sent */
export function connectionTo({ settings, secrets, allowHosts }: ProviderSetup<HttpSettings>): Connection {
  const url = new URL(settings.url);
  const headers = headersOf(settings.headers, secrets);
  const guardedFetch = createGuardedFetch({ allow: allowHosts, limits: { maxBytes: settings.maxBytes } });
  return {
    url,
    host: url.host,
    maxBytes: settings.maxBytes,
    redact: redactor(secrets),
    async fetch(target, options) {
      const isHome = target.origin === url.origin;
      try {
        return await guardedFetch(target, { ...options, headers: { ...(isHome && headers), ...own(options.headers) } });
      } catch (error) {
        throw fetchFault(error);
      }
    },
  };
}

function own(given: FetchOptions["headers"]): Record<string, string> {
  return Object.fromEntries(new Headers(given));
}

/** The time that a call has, from now on. */
export interface Deadline {
  /** Milliseconds; never less than 1, which then is what runs out. */
  readonly left: () => number;
}

export function deadlineIn(ms: number): Deadline {
  const end = performance.now() + ms;
  return { left: () => Math.max(1, Math.ceil(end - performance.now())) };
}

/** Limits of a fetch that may take all the time there is: an expert thinks before it answers. */
export function within(deadline: Deadline): NonNullable<FetchOptions["limits"]> {
  return { totalMs: deadline.left(), firstByteMs: deadline.left() };
}

/** @throws TuttiError `canceled`, or whatever else the signal was aborted with */
export function assertWanted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  const reason: unknown = signal.reason;
  throw reason instanceof TuttiError ? reason : new TuttiError("canceled", "the call is not wanted any more");
}
