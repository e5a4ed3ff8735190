/** Puts an app on a port. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Express } from "express";
import { TuttiError } from "../errors.ts";

/** Slow clients are cut off: milliseconds for the headers, and for a whole request with its files. */
const HEADERS_TIMEOUT = 20_000;
const REQUEST_TIMEOUT = 30 * 60_000;
/** Longer than load balancers keep a connection (60 s mostly), so that none is closed under a request of theirs. */
const KEEP_ALIVE_TIMEOUT = 65_000;
/** How often a closing server looks for connections that nobody uses any more. */
const IDLE_CHECK_MS = 50;

export interface Listening {
  /** `http://host:port`, with the port that was really taken. */
  readonly url: string;
  /**
   * Takes no new connections, ends event streams, lets requests finish for `graceMs`, then cuts the rest off.
   * Resolves when the port is free.
   */
  close(graceMs: number): Promise<void>;
}

/** @param port 0 takes a free one. @throws TuttiError `in-use`, `misconfigured` */
export async function listen(
  app: Express,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT, requestTimeout: REQUEST_TIMEOUT, keepAliveTimeout: KEEP_ALIVE_TIMEOUT },
    app,
  );
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw explain(error, host, port);
  }
  let closed: Promise<void> | undefined;
  return {
    url: urlOf(server, host),
    close(graceMs) {
      closed ??= closeServer(server, app, graceMs);
      return closed;
    },
  };
}

async function closeServer(server: Server, app: Express, graceMs: number): Promise<void> {
  const closed = once(server, "close");
  server.close();
  app.emit("closing");
  // A connection that is kept alive becomes idle only once its last response has gone.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const grace = setTimeout(() => server.closeAllConnections(), graceMs);
  try {
    await closed;
  } finally {
    clearInterval(idle);
    clearTimeout(grace);
  }
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = isAddress(address) ? address.port : 0;
  const everywhere = host === "0.0.0.0" || host === "::";
  const name = everywhere ? "localhost" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}

function explain(error: unknown, host: string, port: number): TuttiError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const options = { cause: error };
  if (code === "EADDRINUSE") {
    const message = `Port ${port} on ${host} is taken by another process. Stop that one, or choose another port with PORT.`;
    return new TuttiError("in-use", message, options);
  }
  if (code === "EACCES") {
    const message = `Port ${port} on ${host} may not be taken by this user. Choose one from 1024 on with PORT.`;
    return new TuttiError("in-use", message, options);
  }
  const message = error instanceof Error ? error.message : String(error);
  return new TuttiError(
    "misconfigured",
    `Can't listen on ${host}, port ${port}: ${message}. HOST must be an address of this machine.`,
    options,
  );
}
