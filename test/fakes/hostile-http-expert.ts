/** Experts on other servers that mean harm, or are broken as servers really break. On loopback only. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

export interface HostileExpert {
  readonly url: string;
  /** For `allowHosts`. */
  readonly host: string;
  readonly requests: () => number;
  /** From now on it does as that. */
  readonly turn: (behave: Behaviour) => void;
  close(): Promise<void>;
}

export type Behaviour = (response: ServerResponse, request: IncomingMessage) => void;

const json = { "content-type": "application/json" };
const MIB = 2 ** 20;
/** A thousand times as large when it is opened. */
const bomb = gzipSync(Buffer.alloc(64 * MIB, " "));

/** Writes as fast as it is read, and never ends. */
function flood(response: ServerResponse, chunk: Buffer): void {
  const go = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", go);
  go();
}

export const hostile = {
  "never answers": () => {},
  "hangs after its headers": (response) => response.writeHead(200, json).flushHeaders(),
  "sends a byte now and then": (response) => {
    response.writeHead(200, json);
    const timer = setInterval(() => response.write(" "), 50);
    response.once("close", () => clearInterval(timer));
  },
  "answers with the wrong type": (response) => void response.writeHead(200, json).end('{"outputs":{"text":42}}'),
  "answers with nothing that was asked for": (response) => void response.writeHead(200, json).end('{"outputs":{}}'),
  "answers with a web page": (response) =>
    void response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Sign in</title>"),
  floods: (response) => {
    response.writeHead(200, json);
    response.write('{"outputs":{"text":"');
    flood(response, Buffer.alloc(MIB, "x"));
  },
  "sends a bomb": (response) => void response.writeHead(200, { ...json, "content-encoding": "gzip" }).end(bomb),
  "nests without end": (response) =>
    void response.writeHead(200, json).end(`{"outputs":{"text":${"[".repeat(400_000)}`),
  "cuts the line": (response) => {
    response.writeHead(200, { ...json, "content-length": "1000" });
    response.write('{"outputs"', () => response.destroy());
  },
} as const satisfies Record<string, Behaviour>;

/** As an expert that gives a text should. */
export const harmless: Behaviour = (response) => void response.writeHead(200, json).end('{"outputs":{"text":"done"}}');

/** A redirect that keeps the method. */
export function redirectTo(location: string): Behaviour {
  return (response) => void response.writeHead(307, { location }).end();
}

/** @param behave at first */
export async function startHostileExpert(behave: Behaviour): Promise<HostileExpert> {
  let requests = 0;
  let behaviour = behave;
  const server = createServer((request, response) => {
    requests += 1;
    request.resume();
    response.on("error", () => {});
    request.once("end", () => behaviour(response, request));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return {
    url: `http://${host}/run`,
    host,
    requests: () => requests,
    turn: (next) => void (behaviour = next),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
