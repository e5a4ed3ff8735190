/** One registered expert as its requests need it: where, as whom, and how long. */
import { createGuardedFetch, type Fetched, type FetchOptions } from "../../../src/net/guarded-fetch.ts";
import type { ProviderSetup } from "../provider.ts";
import { fetchFault } from "../remote/faults.ts";
import { headersOf } from "../remote/headers.ts";
import { redactor } from "../remote/redact.ts";
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
