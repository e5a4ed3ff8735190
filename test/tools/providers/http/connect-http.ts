/** An http expert as a worker has it, and servers on loopback that play one. */
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterAll, afterEach } from "vitest";
import type { TaskSpec } from "../../../../src/registry/task-spec.ts";
import { httpProvider } from "../../../../tools/providers/http/index.ts";
import type { HttpSettings } from "../../../../tools/providers/http/settings.ts";
import type { ConnectedExpert, ProviderSetup } from "../../../../tools/providers/provider.ts";
import { temporaryFolder } from "../../../fakes/temporary-folder.ts";

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Settings as somebody writes them, defaults left out. */
export interface Written {
  readonly task: TaskSpec;
  readonly url: string;
  readonly settings?: Partial<HttpSettings>;
  readonly secrets?: Record<string, string>;
  readonly allowHosts?: readonly string[];
  readonly limits?: Partial<ProviderSetup["card"]["limits"]>;
}

const servers: (() => Promise<void>)[] = [];
const folders: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map(async (close) => await close()));
});
afterAll(async () => {
  await Promise.all(folders.splice(0).map(async (remove) => await remove()));
});

/** Hands every request over as it comes; closed after the test. Gives its URL, without a slash at the end. */
export async function startServer(listener: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    // Whoever breaks off is part of the play.
    response.on("error", () => {});
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string | number>;
  /** Sent as JSON unless it is bytes or a text. */
  readonly body?: unknown;
}

/** Reads each request whole, keeps it, and answers as it is told. */
export async function startExpert(
  reply: (received: Received, count: number) => Reply,
): Promise<{ readonly url: string; readonly received: readonly Received[] }> {
  const received: Received[] = [];
  const url = await startServer((request, response) => {
    void buffer(request).then((body) => {
      const { method = "", url: path = "", headers } = request;
      received.push({ method, path, headers, body });
      const { status = 200, headers: sent = {}, body: told = "" } = reply(received.at(-1)!, received.length);
      const isRaw = typeof told === "string" || told instanceof Uint8Array;
      const type: Record<string, string> = isRaw ? {} : { "content-type": "application/json" };
      return response.writeHead(status, { ...type, ...sent }).end(isRaw ? told : JSON.stringify(told));
    });
  });
  return { url, received };
}

export function setupOf(written: Written): ProviderSetup<HttpSettings> {
  const { task, url, secrets = {}, allowHosts = ["127.0.0.1"] } = written;
  const settings = httpProvider.settings.parse({ url, ...written.settings });
  const { lane, runtime, limits } = httpProvider.defaults(settings, "http/tested");
  return {
    card: {
      id: "http/tested",
      version: "1",
      task: task.id,
      title: "Tested",
      provider: "http",
      model: httpProvider.model(settings),
      lane,
      runtime,
      limits: { ...limits, timeoutMs: 10_000, ...written.limits },
      pure: false,
      effects: "none",
      licence: { code: "MIT" },
      quality: "Unknown.",
      merit: 0.5,
    },
    task,
    settings,
    secrets,
    allowHosts,
    environment: { modelsFolder: "/nowhere", offline: false, hubUrl: "http://127.0.0.1:9" },
  };
}

export function connectHttp(written: Written): ConnectedExpert {
  return httpProvider.connect(setupOf(written));
}

/** A folder that lives until the tests of this file are done. */
export async function makeFolder(): Promise<string> {
  const { folder, remove } = await temporaryFolder();
  folders.push(remove);
  return folder;
}

/** One call, as a host does it. */
export async function callHttp(
  written: Written,
  inputs: Record<string, unknown>,
  signal: AbortSignal = new AbortController().signal,
): Promise<Record<string, unknown>> {
  const expert = connectHttp(written);
  return expert.run(await expert.load(), inputs, { signal, scratch: await makeFolder() });
}
