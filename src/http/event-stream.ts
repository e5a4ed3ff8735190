/** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
import { once } from "node:events";
import type { Response } from "express";

export interface StreamEvent {
  /** Left out where it is nothing to go on from. */
  readonly id?: number;
  readonly type: string;
  readonly data: unknown;
}

export function openEventStream(response: Response): void {
  response.status(200).set({
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache, no-transform",
    // Proxies that buffer (nginx) would hold back what is meant to be seen now.
    "X-Accel-Buffering": "no",
  });
  response.flushHeaders();
}

/** No line of JSON holds a line break, so one `data:` line carries it. */
export function formatEvent({ id, type, data }: StreamEvent): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Writes events as fast as the client takes them, and a sign of life where there are none for a while. */
export async function pipeEvents(
  response: Response,
  events: AsyncIterable<StreamEvent>,
  { heartbeatMs, signal }: { readonly heartbeatMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain && !response.writableEnded) response.write(": still here\n\n");
  }, heartbeatMs);
  try {
    for await (const event of events) {
      if (signal.aborted) return;
      if (!response.write(formatEvent(event))) await drained(response, signal);
    }
  } finally {
    clearInterval(heartbeat);
  }
}

/** Also when nobody reads any more. */
async function drained(response: Response, signal: AbortSignal): Promise<void> {
  try {
    await once(response, "drain", { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
