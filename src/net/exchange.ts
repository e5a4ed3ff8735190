/** One request over a connection of its own, to an address that was checked, up to the head of the answer. */
import { request as requestPlain, type ClientRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as requestSecure } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { pipeline } from "node:stream/promises";
import { TuttiError } from "../errors.ts";
import { portOf } from "./check-url.ts";
import { hostOf } from "./host-name.ts";
import { seconds, type Lifetime } from "./lifetime.ts";
import { isStream, type FetchBody, type Outgoing } from "./outgoing.ts";

/** Milliseconds. */
export interface ExchangeLimits {
  /** To a connection, encrypted where it has to be. */
  readonly connectMs: number;
  /** From then, or from the last piece of the request's body, to the head of the answer. */
  readonly firstByteMs: number;
}

/** Options of the connection, which requests hand through. */
interface PinnedOptions {
  readonly autoSelectFamily: boolean;
  readonly servername: string;
  readonly rejectUnauthorized: true;
}

const MAX_HEADER_BYTES = 32 * 1024;

/**
 * Connects to one of `addresses` and to nothing else: no name is looked up again, no proxy asked, and no connection
 * shared, since what one fetch may reach another may not. Certificates are checked against the name.
 * Rejects with whatever Node says, or with why the life ended.
 */
export async function exchange(
  { url, method, headers, body }: Outgoing,
  addresses: readonly string[],
  { connectMs, firstByteMs }: ExchangeLimits,
  life: Lifetime,
): Promise<IncomingMessage> {
  const host = hostOf(url);
  const isSecure = url.protocol === "https:";
  const options: RequestOptions & PinnedOptions = {
    agent: false,
    host,
    port: portOf(url),
    path: url.pathname + url.search,
    method,
    headers: { ...Object.fromEntries(headers), host: url.host, "accept-encoding": "gzip, br", ...lengthOf(body) },
    lookup: pinnedTo(addresses),
    autoSelectFamily: true,
    servername: isIP(host) === 0 ? host : "",
    // Neither is left to the environment.
    rejectUnauthorized: true,
    insecureHTTPParser: false,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const request = isSecure ? requestSecure(options) : requestPlain(options);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  let clock = life.clock(connectMs, `${url.host} took no connection within ${seconds(connectMs)}`);
  const connected = (): void => {
    clock.stop();
    clock = life.clock(firstByteMs, `${url.host} did not answer within ${seconds(firstByteMs)}`);
  };
  request.once("socket", (socket) => socket.once(isSecure ? "secureConnect" : "connect", connected));
  request.once("response", resolve);
  request.once("upgrade", (_response, socket) => {
    socket.destroy();
    reject(new TuttiError("fetch-failed", `${url.host} switches to another protocol`));
  });
  // For good: it may break after its answer, too, which is then told by the answer's body.
  request.on("error", reject);
  const forget = life.onEnd((reason) => request.destroy(reason));
  request.once("close", forget);
  void send(request, body, () => clock.restart()).catch(reject);
  try {
    return await promise;
  } catch (error) {
    request.destroy();
    throw error;
  } finally {
    clock.stop();
  }
}

/** In place of a look-up: the name in the URL was looked up once, and what was found is all there is. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, { all }, callback) => {
    const [first] = found;
    if (all) callback(null, found);
    else callback(null, first?.address ?? "", first?.family);
  };
}

function lengthOf(body: FetchBody | undefined): { "content-length"?: number } {
  return body === undefined || isStream(body) ? {} : { "content-length": Buffer.byteLength(body) };
}

async function send(request: ClientRequest, body: FetchBody | undefined, onSent: () => void): Promise<void> {
  if (body === undefined || !isStream(body)) {
    request.end(body);
    return;
  }
  await pipeline(
    body,
    async function* watched(chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        onSent();
        yield chunk;
      }
    },
    request,
  );
}
