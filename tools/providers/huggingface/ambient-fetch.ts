/**
 * The library takes a `fetch` for its first request, but fetches results, and asks for their state, by the global one: at
 * URLs out of answers. So the global one is made to be the call's own while a call is made, and only in it.
 */
import { AsyncLocalStorage } from "node:async_hooks";

export const plainFetch = globalThis.fetch;

const ofCall = new AsyncLocalStorage<typeof fetch>();
let isInstalled = false;

/** In `action`, and in whatever it starts, `globalThis.fetch` is this one. Others are as before. */
export function withFetch<T>(fetch: typeof globalThis.fetch, action: () => Promise<T>): Promise<T> {
  install();
  return ofCall.run(fetch, action);
}

function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  const before = globalThis.fetch;
  globalThis.fetch = (input, init) => (ofCall.getStore() ?? before)(input, init);
}
