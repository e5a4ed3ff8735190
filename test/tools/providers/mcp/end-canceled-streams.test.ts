/** A sceptic doubts that the SDK takes a stream that was ended for complete: else it opens it again a second later. */
import { expect, it } from "vitest";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { endCanceledStreams } from "../../../../tools/providers/mcp/end-canceled-streams.ts";

type Ask = Parameters<typeof endCanceledStreams>[0];

/** Answers requests with a stream of one event that could be resumed from, and no end. */
function startEndless(): { readonly fetch: Ask; readonly asked: string[]; readonly open: () => number } {
  const asked: string[] = [];
  let open = 0;
  return {
    asked,
    open: () => open,
    async fetch(_url, init) {
      const body = typeof init?.body === "string" ? JSON.parse(init.body) : {};
      asked.push(`${init?.method} ${body.method ?? new Headers(init?.headers).get("last-event-id") ?? ""}`.trim());
      if (body.id === undefined && init?.method === "POST") return new Response(null, { status: 202 });
      open += 1;
      const stream = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('id: 7\ndata: \n\nid: 8\ndata: {"half'));
          init?.signal?.addEventListener("abort", () => {
            open -= 1;
            controller.error(init.signal?.reason);
          });
        },
      });
      return new Response(stream, { headers: { "content-type": "text/event-stream" } });
    },
  };
}

async function cancelOne(wrap: (fetch: Ask) => Ask, endless: ReturnType<typeof startEndless>): Promise<void> {
  const controller = new AbortController();
  const fetch: Ask = (url, init) => {
    // What is cut off without the wrapper, for comparison.
    const signal = AbortSignal.any([controller.signal, ...(init?.signal ? [init.signal] : [])]);
    return endless.fetch(url, wrap === endCanceledStreams ? init : { ...init, signal });
  };
  const transport = new StreamableHTTPClientTransport(new URL("https://mcp.example.com/"), {
    fetch: wrap(fetch),
    reconnectionOptions: {
      maxRetries: 1,
      initialReconnectionDelay: 1,
      maxReconnectionDelay: 1,
      reconnectionDelayGrowFactor: 1,
    },
  });
  await transport.start();
  const call: JSONRPCMessage = { jsonrpc: "2.0", id: 5, method: "tools/call", params: {} };
  await transport.send(call);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(endless.open()).toBe(1);
  await transport.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 5 } });
  controller.abort();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await transport.close();
}

it("ends the stream of a request that was canceled, for good", async () => {
  const endless = startEndless();
  await cancelOne(endCanceledStreams, endless);
  expect(endless.open()).toBe(0);
  expect(endless.asked).toEqual(["POST tools/call", "POST notifications/cancelled"]);
});

it("is needed: a stream that is only cut off is opened again", async () => {
  const endless = startEndless();
  await cancelOne((fetch) => fetch, endless);
  expect(endless.asked).toEqual(["POST tools/call", "POST notifications/cancelled", "GET 7"]);
});

it("leaves alone what nobody canceled", async () => {
  const answer = (): Response =>
    new Response('data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n', {
      headers: { "content-type": "text/event-stream" },
    });
  const fetch = endCanceledStreams(async () => answer());
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call" });
  const response = await fetch("https://mcp.example.com/", { method: "POST", body });
  expect(await response.text()).toBe(await answer().text());
});
