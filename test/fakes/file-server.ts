/** Serves bytes over loopback HTTP with ranges, and fails when told to. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ServedFile {
  readonly bytes: Uint8Array;
  readonly type?: string;
  /** As many answers break off after so many bytes of their body; later ones are whole. */
  readonly cuts?: { readonly times: number; readonly after: number };
  /** Takes the request and never answers. */
  readonly silent?: boolean;
  /** Sends nothing that lies behind so many bytes of the file, and never ends. */
  readonly stallAfter?: number;
  /** Answers with the whole whatever range was asked for. */
  readonly ignoresRange?: boolean;
  readonly redirectTo?: string;
}

export interface FileServer {
  readonly url: string;
  /** What was asked for, in order. */
  readonly requests: readonly { readonly path: string; readonly range: string | undefined }[];
  close(): Promise<void>;
}

/** @param files by path, beginning with a slash; may be changed while it serves */
export async function startFileServer(files: Record<string, ServedFile>): Promise<FileServer> {
  const requests: { path: string; range: string | undefined }[] = [];
  const cutsMade = new Map<string, number>();
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? "/";
    requests.push({ path, range: request.headers.range });
    const file = files[path];
    if (!file) return void response.writeHead(404).end();
    if (file.silent) return;
    if (file.redirectTo !== undefined) return void response.writeHead(302, { location: file.redirectTo }).end();
    const from = file.ignoresRange ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const { length } = file.bytes;
    if (from >= length && from > 0) return void response.writeHead(416, { "content-range": `bytes */${length}` }).end();
    response.writeHead(from > 0 ? 206 : 200, {
      "content-length": length - from,
      "content-type": file.type ?? "application/octet-stream",
      ...(from > 0 ? { "content-range": `bytes ${from}-${length - 1}/${length}` } : {}),
    });
    const body = file.bytes.subarray(from);
    const made = cutsMade.get(path) ?? 0;
    if (file.stallAfter !== undefined) {
      response.flushHeaders();
      response.write(body.subarray(0, Math.max(0, file.stallAfter - from)));
      return;
    }
    if (file.cuts && made < file.cuts.times) {
      cutsMade.set(path, made + 1);
      // A moment later: what was sent must arrive before the connection is gone.
      return void response.write(body.subarray(0, file.cuts.after), () => setTimeout(() => response.destroy(), 100));
    }
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
