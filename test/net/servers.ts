/** Servers on loopback that do as a test says, over HTTP or over bare bytes. They end with the test. */
import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import type { Resolve } from "../../src/net/resolve-host.ts";
import { certificate, key } from "./certificate.ts";

export interface TestServer {
  readonly port: number;
  /** Every connection that was ever made. */
  readonly sockets: readonly Socket[];
  /** When all connections have ended. */
  readonly allClosed: () => Promise<void>;
  /** Takes no more connections. */
  readonly stop: () => Promise<void>;
}

/** On 127.0.0.1. */
export function serveHttp(listener: RequestListener): Promise<TestServer> {
  return start(createHttpServer(listener));
}

/** For safe.example and 127.0.0.1. */
export function serveHttps(listener: RequestListener): Promise<TestServer> {
  return start(createHttpsServer({ cert: certificate, key }, listener));
}

/** What comes in is thrown away, unless the test reads it. */
export function serveBytes(onConnection: (socket: Socket) => void): Promise<TestServer> {
  return start(
    createServer((socket) => {
      socket.resume();
      onConnection(socket);
    }),
  );
}

async function start(server: Server): Promise<TestServer> {
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => {
    sockets.push(socket);
    // Clients of these tests break off all the time.
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    async stop() {
      server.close();
      await once(server, "close");
    },
    async allClosed() {
      const open = sockets.filter((socket) => !socket.closed);
      await Promise.all(open.map((socket) => new Promise((resolve) => void socket.once("close", resolve))));
    },
  };
}

/** A resolver that knows these names, and whom it was asked for. */
export function knowing(names: Readonly<Record<string, readonly string[]>>): Resolve & { readonly asked: string[] } {
  const asked: string[] = [];
  return Object.assign(
    async (host: string) => {
      asked.push(host);
      return names[host] ?? [];
    },
    { asked },
  );
}

export interface Seen {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Reads the whole request, then answers. */
export function recording(
  seen: Seen[],
  answer: RequestListener = (_request, response) => response.end(),
): RequestListener {
  async function record(...[request, response]: Parameters<RequestListener>): Promise<void> {
    const { method, url, headers } = request;
    seen.push({ method, path: url, headers, body: await text(request) });
    answer(request, response);
  }
  return (request, response) => void record(request, response).catch(() => response.destroy());
}

/** The same bytes without end. */
export function flood(piece: Buffer): Readable {
  return new Readable({
    read() {
      this.push(piece);
    },
  });
}
