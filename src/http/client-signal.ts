/** Ends with the connection, with the server, or after a while: a signal for whoever waits on behalf of a client. */
import type { Response } from "express";
import type { Context } from "./context.ts";

export function clientSignal({ closing }: Pick<Context, "closing">, response: Response, afterMs?: number): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = afterMs === undefined ? undefined : setTimeout(abort, afterMs);
  response.once("close", abort);
  // The server outlives the request: without `signal` each request would leave a listener behind.
  closing.addEventListener("abort", abort, { signal: controller.signal });
  controller.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  if (closing.aborted || response.destroyed) abort();
  return controller.signal;
}
