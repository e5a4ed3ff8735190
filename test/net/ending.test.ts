/** Doubt: that a fetch which nobody wants any more, or that is over, leaves anything behind. */
import type { RequestListener } from "node:http";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createGuardedFetch } from "../../src/net/guarded-fetch.ts";
import { readText } from "../../src/net/read-fetched.ts";
import { faultOf } from "./faults.ts";
import { flood, serveHttp } from "./servers.ts";

const guardedFetch = createGuardedFetch({ allow: ["127.0.0.1"] });

/** No limit that a test does not mean is near. */
const far = { connectMs: 60_000, firstByteMs: 60_000, idleMs: 60_000, totalMs: 60_000, maxBytes: 2 ** 30 };

describe("a fetch that is not wanted any more", () => {
  const endless: RequestListener = (_request, response) => void flood(Buffer.alloc(1000)).pipe(response);

  test("before it begins", async () => {
    const { port, sockets } = await serveHttp(endless);
    const signal = AbortSignal.abort();
    expect(await faultOf(() => guardedFetch(`http://127.0.0.1:${port}/`, { signal }))).toMatchObject({
      code: "canceled",
    });
    expect(sockets).toEqual([]);
  });

  test("before it is answered", async () => {
    const caller = new AbortController();
    const server = await serveHttp(() => caller.abort());
    const { signal } = caller;
    const fault = await faultOf(() => guardedFetch(`http://127.0.0.1:${server.port}/`, { signal, limits: far }));
    expect(fault.code).toBe("canceled");
    await server.allClosed();
  });

  test.each([
    ["canceled", (caller: AbortController) => caller.abort()],
    ["timeout", (caller: AbortController) => caller.abort(new DOMException("late", "TimeoutError"))],
  ])("in the middle of its body: %s", async (code, abort) => {
    const caller = new AbortController();
    const server = await serveHttp(endless);
    const { signal } = caller;
    const { body } = await guardedFetch(`http://127.0.0.1:${server.port}/`, { signal, limits: far });
    const fault = await faultOf(async () => {
      for await (const chunk of body) if (chunk.length > 0) abort(caller);
    });
    expect(fault.code).toBe(code);
    await server.allClosed();
  });

  test.each([
    ["plain", {}, Buffer.from("whole")],
    ["compressed", { "content-encoding": "gzip" }, gzipSync("whole")],
  ])("after all of it has come, before it is read: %s", async (_name, headers, bytes) => {
    const caller = new AbortController();
    const server = await serveHttp((_request, response) => response.writeHead(200, headers).end(bytes));
    const { signal } = caller;
    const fetched = await guardedFetch(`http://127.0.0.1:${server.port}/`, { signal, limits: far });
    await sleep(50);
    caller.abort();
    expect(await faultOf(() => readText(fetched))).toMatchObject({ code: "canceled" });
  });

  test("lets go of the connection when its reader stops, closes it, or never begins", async () => {
    const server = await serveHttp(endless);
    const url = `http://127.0.0.1:${server.port}/`;
    for await (const chunk of (await guardedFetch(url, { limits: far })).body) if (chunk.length > 0) break;
    await server.allClosed();
    (await guardedFetch(url, { limits: far })).close();
    await server.allClosed();
    Readable.from((await guardedFetch(url, { limits: far })).body).destroy();
    await server.allClosed();
    await guardedFetch(url, { limits: { ...far, totalMs: 500 } });
    await server.allClosed();
    expect(server.sockets).toHaveLength(4);
  });

  test("leaves no listener with a caller who lives long", async () => {
    const server = await serveHttp((_request, response) => response.end("x"));
    const listeners = new Set<unknown>();
    const { signal } = new AbortController();
    const watched = new Proxy(signal, {
      get(target, name) {
        if (name === "addEventListener") return (_type: string, listener: unknown) => void listeners.add(listener);
        if (name === "removeEventListener")
          return (_type: string, listener: unknown) => void listeners.delete(listener);
        return Reflect.get(target, name, target) as unknown;
      },
    });
    for (const path of ["", "a"]) {
      await readText(await guardedFetch(`http://127.0.0.1:${server.port}/${path}`, { signal: watched, limits: far }));
    }
    await faultOf(() => guardedFetch("http://127.0.0.1:1/", { signal: watched }));
    expect(listeners.size).toBe(0);
  });
});
