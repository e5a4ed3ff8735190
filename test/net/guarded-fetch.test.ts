/** Doubt: that what was checked is what is connected to, and that requests and answers are what they were. */
import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createGuardedFetch, type FetchOptions } from "../../src/net/guarded-fetch.ts";
import { readBytes, readJson, readText } from "../../src/net/read-fetched.ts";
import { faultOf } from "./faults.ts";
import { knowing, recording, serveHttp, type Seen } from "./servers.ts";

const loopback = { allow: ["127.0.0.1"] };

describe("the connection", () => {
  test("goes to the address that was checked: the name is looked up once, and known to nobody else", async () => {
    const seen: Seen[] = [];
    const { port } = await serveHttp(recording(seen, (_request, response) => response.end("here")));
    const resolve = knowing({ "shop.tutti.invalid": ["127.0.0.1"] });
    const fetched = await createGuardedFetch({ ...loopback, resolve })(`http://SHOP.tutti.invalid.:${port}/a%20b?c#d`);
    expect(await readText(fetched)).toBe("here");
    expect(fetched).toMatchObject({ status: 200, url: `http://shop.tutti.invalid.:${port}/a%20b?c` });
    expect(resolve.asked).toEqual(["shop.tutti.invalid"]);
    expect(seen).toMatchObject([{ method: "GET", path: "/a%20b?c", headers: { host: `shop.tutti.invalid.:${port}` } }]);
  });

  test("is refused where the name has meanwhile another address: each fetch and each hop asks anew", async () => {
    const { port, sockets } = await serveHttp((request, response) => {
      if (request.url === "/again") response.writeHead(302, { location: "/secret" });
      response.end("first");
    });
    for (const path of ["/", "/again"]) {
      const before = sockets.length;
      const answers = [["127.0.0.1"], ["10.0.0.1"]];
      const guardedFetch = createGuardedFetch({ ...loopback, resolve: async () => answers.shift() ?? [] });
      const url = `http://rebinding.tutti.invalid:${port}${path}`;
      if (path === "/") expect(await readText(await guardedFetch(url))).toBe("first");
      expect(await faultOf(() => guardedFetch(url))).toMatchObject({ code: "url-refused" });
      expect(answers).toEqual([]);
      expect(sockets).toHaveLength(before + 1);
    }
  });

  test.each([
    [["10.0.0.1"]],
    [["127.0.0.1", "10.0.0.1"]],
    [["169.254.169.254", "127.0.0.1"]],
    [["::ffff:10.0.0.1"]],
    [["127.0.0.1", "not an address"]],
    [[]],
  ])("is not made to any of %j, if only one is of the inside", async (addresses) => {
    const { port, sockets } = await serveHttp((_request, response) => response.end());
    const guardedFetch = createGuardedFetch({ ...loopback, resolve: async () => addresses });
    expect(await faultOf(() => guardedFetch(`http://many.tutti.invalid:${port}/`))).toMatchObject({
      code: "url-refused",
    });
    expect(sockets).toEqual([]);
  });

  test("tells nobody which names exist inside", async () => {
    const resolve = knowing({ "wiki.tutti.dev": ["10.0.0.1"], "metadata.tutti.dev": ["169.254.169.254"] });
    const guardedFetch = createGuardedFetch({ resolve });
    const faults = await Promise.all(
      ["wiki", "metadata", "nothing"].map(async (name) => {
        const { code, message } = await faultOf(() => guardedFetch(`http://${name}.tutti.dev/`));
        return `${code} ${message.replaceAll(name, "NAME")}`;
      }),
    );
    expect(new Set(faults).size).toBe(1);
    expect(faults[0]).not.toMatch(/10\.0|169/);
  });

  test("is not even looked up for names of the inside", async () => {
    const resolve = knowing({});
    const guardedFetch = createGuardedFetch({ resolve });
    for (const host of ["redis", "a.internal", "localhost", "printer.local"]) {
      expect(await faultOf(() => guardedFetch(`http://${host}/`))).toMatchObject({ code: "url-refused" });
    }
    expect(resolve.asked).toEqual([]);
  });

  test("falls back to another address of the same name", async () => {
    const { port } = await serveHttp((_request, response) => response.end("second"));
    const guardedFetch = createGuardedFetch({ allow: ["127.0.0.1", "::1"], resolve: async () => ["::1", "127.0.0.1"] });
    expect(await readText(await guardedFetch(`http://both.tutti.invalid:${port}/`))).toBe("second");
  });

  test("is found the machine's own way where an admin names the host", async () => {
    const { port } = await serveHttp((_request, response) => response.end("mine"));
    const guardedFetch = createGuardedFetch();
    const url = `http://localhost:${port}/`;
    expect(await faultOf(() => guardedFetch(url))).toMatchObject({ code: "url-refused" });
    expect(await readText(await guardedFetch(url, { allow: [`localhost:${port}`] }))).toBe("mine");
    expect(await faultOf(() => guardedFetch(url, { allow: [`localhost:${port + 1}`] }))).toMatchObject({
      code: "url-refused",
    });
  });

  test("is of this fetch alone: what one may reach, the next may not", async () => {
    const { port, sockets } = await serveHttp((_request, response) => response.end("mine"));
    const guardedFetch = createGuardedFetch();
    const url = `http://127.0.0.1:${port}/`;
    await readText(await guardedFetch(url, loopback));
    expect(await faultOf(() => guardedFetch(url))).toMatchObject({ code: "url-refused" });
    await readText(await guardedFetch(url, loopback));
    expect(sockets).toHaveLength(2);
  });

  test("that nobody takes is told as a fault of the moment", async () => {
    const { port, stop } = await serveHttp(() => {});
    await stop();
    const closed = await faultOf(() => createGuardedFetch(loopback)(`http://127.0.0.1:${port}/`));
    expect(closed).toMatchObject({
      code: "fetch-failed",
      message: `127.0.0.1:${port} refuses connections`,
      retryable: true,
    });
    const guardedFetch = createGuardedFetch({
      allow: ["a.tutti.invalid"],
      resolve: () => Promise.reject(Object.assign(new Error("queryA ESERVFAIL"), { code: "ESERVFAIL" })),
    });
    const unknown = await faultOf(() => guardedFetch("http://a.tutti.invalid/"));
    expect(unknown).toMatchObject({ code: "fetch-failed", retryable: true });
  });
});

async function* streamed(...pieces: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    await sleep(1);
    yield Buffer.from(piece);
  }
}

describe("what is sent", () => {
  test.each<[string, () => FetchOptions, Partial<Seen>]>([
    ["nothing", () => ({}), { method: "GET", body: "" }],
    ["a string", () => ({ body: "é" }), { method: "POST", body: "é" }],
    ["bytes", () => ({ body: Buffer.from("bytes"), method: "put" }), { method: "PUT", body: "bytes" }],
    ["a stream", () => ({ body: streamed("one, ", "two") }), { method: "POST", body: "one, two" }],
    ["a deletion", () => ({ method: "DELETE" }), { method: "DELETE", body: "" }],
  ])("%s", async (_name, options, expected) => {
    const seen: Seen[] = [];
    const { port } = await serveHttp(recording(seen));
    await readText(await createGuardedFetch(loopback)(`http://127.0.0.1:${port}/`, options()));
    expect(seen).toMatchObject([expected]);
  });

  test("has its own Host and framing, whatever headers are given", async () => {
    const seen: Seen[] = [];
    const { port } = await serveHttp(recording(seen));
    const headers = { host: "inner.example", "content-length": "3", "Transfer-Encoding": "chunked", "x-mine": "1" };
    await readText(await createGuardedFetch(loopback)(`http://127.0.0.1:${port}/`, { body: "whole", headers }));
    expect(seen).toMatchObject([
      { body: "whole", headers: { host: `127.0.0.1:${port}`, "content-length": "5", "x-mine": "1" } },
    ]);
    expect(seen[0]?.headers).not.toHaveProperty("transfer-encoding");
  });

  test("ends with its source: a stream that breaks is a fault, and the connection is let go", async () => {
    const { port, allClosed } = await serveHttp((request) => request.resume());
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("some");
      throw new Error("disk gone");
    }
    const fault = await faultOf(() => createGuardedFetch(loopback)(`http://127.0.0.1:${port}/`, { body: breaking() }));
    expect(fault.code).toBe("fetch-failed");
    await allClosed();
  });

  test("can't be TRACE or CONNECT", async () => {
    const guardedFetch = createGuardedFetch(loopback);
    for (const method of ["TRACE", "connect", "GET /x HTTP/1.1\r\nx: y"]) {
      expect(await faultOf(() => guardedFetch("http://127.0.0.1/", { method }))).toMatchObject({ code: "url-refused" });
    }
  });
});

describe("what comes back", () => {
  test.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
    ["identity", (bytes: Buffer) => bytes],
  ])("is decompressed: %s", async (encoding, compress) => {
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index * index));
    const { port } = await serveHttp((_request, response) =>
      response.writeHead(200, { "content-encoding": encoding }).end(compress(bytes)),
    );
    const fetched = await createGuardedFetch(loopback)(`http://127.0.0.1:${port}/`);
    expect(fetched.headers.get("content-encoding")).toBeNull();
    expect((await readBytes(fetched)).equals(bytes)).toBe(true);
  });

  test("is an answer with any status, also one without a body", async () => {
    const { port } = await serveHttp((request, response) => {
      response.setHeader("content-length", 10 ** 12);
      if (request.method === "HEAD" || request.url === "/304")
        response.writeHead(request.url === "/" ? 200 : 304).end();
      else response.writeHead(404, { "content-length": 4, "x-two": ["a", "b"] }).end("gone");
    });
    const guardedFetch = createGuardedFetch(loopback);
    const url = `http://127.0.0.1:${port}/`;
    const missing = await guardedFetch(url);
    expect([missing.status, missing.headers.get("x-two"), await readText(missing)]).toEqual([404, "a, b", "gone"]);
    expect(await readText(await guardedFetch(url, { method: "HEAD" }))).toBe("");
    expect(await readText(await guardedFetch(`${url}304`))).toBe("");
  });

  test("is read as JSON, or told not to be", async () => {
    const { port } = await serveHttp((request, response) =>
      response.end(request.url === "/json" ? '\ufeff{"a":1}' : "<!doctype html>"),
    );
    const guardedFetch = createGuardedFetch(loopback);
    expect(await readJson(await guardedFetch(`http://127.0.0.1:${port}/json`))).toEqual({ a: 1 });
    const fault = await faultOf(async () => readJson(await guardedFetch(`http://127.0.0.1:${port}/html`)));
    expect(fault).toMatchObject({ code: "fetch-failed", message: expect.stringContaining("not JSON") as string });
  });
});
