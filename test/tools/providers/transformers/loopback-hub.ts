/** A hub on this machine that serves folders as the Hugging Face hub does, with whatever may go wrong. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join, relative } from "node:path";

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

export interface LoopbackHub {
  readonly url: string;
  readonly asked: Asked[];
  /** Models by name. */
  readonly models: Map<string, string>;
  /** Takes over where it returns true. */
  interfere: (request: IncomingMessage, response: ServerResponse, content: Buffer | undefined) => boolean;
  close(): Promise<void>;
}

/** Files from this length on are listed with their SHA-256, as large files are. */
const LARGE = 200;

export async function startHub(): Promise<LoopbackHub> {
  const server = createServer((request, response) => {
    void answer(hub, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const hub: LoopbackHub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    models: new Map(),
    interfere: () => false,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return hub;
}

async function answer(hub: LoopbackHub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = decodeURIComponent(new URL(request.url ?? "/", hub.url).pathname);
  const { range, authorization } = request.headers;
  hub.asked.push({ method: request.method ?? "", path, range, authorization });
  const [, described] = /^\/api\/models\/(.+)\/revision\/[^/]+$/.exec(path) ?? [];
  const [, served, file] = /^\/(.+)\/resolve\/[^/]+\/(.+)$/.exec(path) ?? [];
  const folder = hub.models.get(described ?? served ?? "");
  const content =
    folder !== undefined && file !== undefined
      ? await readFile(join(folder, file)).catch(() => undefined)
      : folder !== undefined
        ? Buffer.from(JSON.stringify(await describe(folder)))
        : undefined;
  if (hub.interfere(request, response, content)) return;
  if (path === "/") return void response.writeHead(200).end();
  if (content === undefined) return void response.writeHead(404).end("Entry not found");
  sendPart(response, content, range);
}

export function sendPart(response: ServerResponse, content: Buffer, range: string | undefined): void {
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
  if (start === 0) return void response.writeHead(200, { "content-length": content.length }).end(content);
  const rest = content.subarray(start);
  const headers = {
    "content-length": rest.length,
    "content-range": `bytes ${start}-${content.length - 1}/${content.length}`,
  };
  response.writeHead(206, headers).end(rest);
}

async function describe(folder: string): Promise<object> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const siblings = await Promise.all(
    files.map(async (file) => {
      const content = await readFile(file);
      const rfilename = relative(folder, file);
      const size = content.length;
      const blobId = createHash("sha1").update(`blob ${size}\0`).update(content).digest("hex");
      const sha256 = createHash("sha256").update(content).digest("hex");
      return size < LARGE
        ? { rfilename, size, blobId }
        : { rfilename, size, blobId, lfs: { sha256, size, pointerSize: 134 } };
    }),
  );
  return { id: "test/model", sha: COMMIT, siblings };
}
