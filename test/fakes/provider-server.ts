import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";

const errorSchema = z.object({
  status: z.number(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.unknown(),
});

const frames = z.array(z.unknown());

const wireSchema = z.object({
  path: z.string(),
  contentType: z.string(),
  framing: z.enum(["sse", "named-sse", "ndjson"]),
  head: frames,
  delta: z.unknown(),
  tail: frames,
  tool: z.object({ head: frames, delta: z.unknown() }).optional(),
  endings: z.object({ stop: z.string(), length: z.string(), refusal: z.string().optional() }),
  errors: z.record(z.string(), errorSchema),
});

/** A provider's wire format, as payloads with places for text and ending (test/fixtures/llm). */
export type Wire = z.infer<typeof wireSchema>;

export type Reply =
  | {
      readonly pieces: readonly string[];
      readonly ending?: "stop" | "length" | "refusal";
      readonly tool?: boolean;
      readonly cut?: "hang" | "close";
    }
  | { readonly error: string; readonly headers?: Record<string, string> }
  | { readonly silent: true };

export interface ProviderServer {
  readonly url: string;
  readonly requests: readonly {
    readonly path: string;
    readonly headers: Record<string, unknown>;
    readonly body: Record<string, unknown>;
  }[];
  /** Resolves when a client has gone away in the middle of an answer. */
  readonly abandoned: Promise<void>;
  /** The next requests get these, in order; the last one for ever. */
  reply(...replies: Reply[]): void;
  close(): Promise<void>;
}

export async function readWire(provider: string): Promise<Wire> {
  const file = new URL(`../fixtures/llm/${provider}.json`, import.meta.url);
  return wireSchema.parse(JSON.parse(await readFile(file, "utf8")));
}

/** A loopback server that speaks a provider's wire format; it echoes the key it was given in a 401, as providers do. */
export async function startProviderServer(wire: Wire): Promise<ProviderServer> {
  const requests: { path: string; headers: Record<string, unknown>; body: Record<string, unknown> }[] = [];
  const abandoned = Promise.withResolvers<void>();
  let replies: Reply[] = [];

  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      if (!(request.url ?? "").includes(wire.path)) {
        response.writeHead(404).end();
        return;
      }
      requests.push({ path: request.url ?? "", headers: request.headers, body: JSON.parse(body) });
      response.once("close", () => {
        if (!response.writableEnded) abandoned.resolve();
      });
      const reply = replies.length > 1 ? replies.shift() : replies[0];
      const key = String(
        request.headers.authorization ?? request.headers["x-api-key"] ?? request.headers["x-goog-api-key"],
      );
      await send(response, wire, reply ?? { error: "server" }, key);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    abandoned: abandoned.promise,
    reply: (...next) => {
      replies = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function send(response: ServerResponse, wire: Wire, reply: Reply, key: string): Promise<void> {
  if ("silent" in reply) return;
  if ("error" in reply) {
    const error = wire.errors[reply.error] ?? errorSchema.parse({ status: 500, body: {} });
    response.writeHead(error.status, { "content-type": "application/json", ...error.headers, ...reply.headers });
    response.end(JSON.stringify(error.body).replaceAll("$KEY", key.replace("Bearer ", "")));
    return;
  }
  const { pieces, ending = "stop", tool = false, cut } = reply;
  const { head, delta } = (tool ? wire.tool : undefined) ?? wire;
  response.writeHead(200, { "content-type": wire.contentType });
  const deltas = pieces.map((piece) => fill(delta, "$TEXT", piece));
  for (const frame of [...head, ...deltas]) {
    response.write(framed(frame, wire.framing));
    // So that every piece is a packet of its own, as it comes from a model.
    await wait(2);
  }
  if (cut === "close") response.destroy();
  if (cut !== undefined) return;
  const ended = wire.tail.map((frame) => framed(fill(frame, "$ENDING", wire.endings[ending] ?? ending), wire.framing));
  response.end(ended.join(""));
}

function fill(frame: unknown, place: string, value: string): unknown {
  return JSON.parse(JSON.stringify(frame).replaceAll(JSON.stringify(place), () => JSON.stringify(value)));
}

function framed(frame: unknown, framing: Wire["framing"]): string {
  const data = typeof frame === "string" ? frame : JSON.stringify(frame);
  if (framing === "ndjson") return `${data}\n`;
  const name = framing === "named-sse" ? `event: ${(frame as { type: string }).type}\n` : "";
  return `${name}data: ${data}\n\n`;
}
