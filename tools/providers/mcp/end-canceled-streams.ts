/**
 * Ends the streams of requests that were canceled. The SDK tells the server that an answer is not wanted any more, but
 * keeps the connection on which it would come, and when that is cut, opens it again.
 */
import { z } from "zod";

const requestSchema = z.object({ id: z.union([z.string(), z.number()]), method: z.string() });
const cancellationSchema = z.object({
  method: z.literal("notifications/cancelled"),
  params: z.object({ requestId: z.union([z.string(), z.number()]) }),
});

type Id = string | number;

/** The SDK asks with strings and URLs only. */
type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

export function endCanceledStreams(fetch: Fetch): Fetch {
  const running = new Map<Id, AbortController>();

  return async (url, init) => {
    const message = readMessage(init);
    const canceled = cancellationSchema.safeParse(message);
    if (canceled.success) {
      try {
        return await fetch(url, init);
      } finally {
        running.get(canceled.data.params.requestId)?.abort();
      }
    }
    const request = requestSchema.safeParse(message);
    if (!request.success) return fetch(url, init);
    const { id } = request.data;
    const controller = new AbortController();
    const signal = init?.signal ? AbortSignal.any([init.signal, controller.signal]) : controller.signal;
    const forget = (): void => {
      if (running.get(id) === controller) running.delete(id);
    };
    running.set(id, controller);
    try {
      const response = await fetch(url, { ...init, signal });
      if (!response.headers.get("content-type")?.startsWith("text/event-stream") || !response.body) {
        forget();
        return response;
      }
      const { status, headers } = response;
      return new Response(ReadableStream.from(untilCanceled(response.body, id, controller.signal, forget)), {
        status,
        headers,
      });
    } catch (error) {
      forget();
      throw error;
    }
  };
}

/** When it is canceled, it ends with an answer that nobody waits for, so that the SDK takes it for complete. */
async function* untilCanceled(
  body: AsyncIterable<Uint8Array>,
  id: Id,
  canceled: AbortSignal,
  onEnd: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    if (!canceled.aborted) throw error;
    yield new TextEncoder().encode(`\n\ndata: ${JSON.stringify({ jsonrpc: "2.0", id, result: {} })}\n\n`);
  } finally {
    onEnd();
  }
}

function readMessage(init: RequestInit | undefined): unknown {
  return init?.method === "POST" && typeof init.body === "string" ? JSON.parse(init.body) : undefined;
}
