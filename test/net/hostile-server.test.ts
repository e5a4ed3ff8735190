/** Doubt: that some server can hold a fetch for ever, fill the memory, or be taken for something that it is not. */
import type { RequestListener } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { createGuardedFetch, type FetchLimits } from "../../src/net/guarded-fetch.ts";
import { readBytes, readText } from "../../src/net/read-fetched.ts";
import { faultOf } from "./faults.ts";
import { flood, serveBytes, serveHttp, type TestServer } from "./servers.ts";

const guardedFetch = createGuardedFetch({ allow: ["127.0.0.1"] });

/** Every limit that a test does not mean is far away. */
const far: FetchLimits = { connectMs: 60_000, firstByteMs: 60_000, idleMs: 60_000, totalMs: 60_000, maxBytes: 2 ** 30 };

/** Reads all, and sees that every connection is let go. */
async function faultFrom(server: TestServer, limits: Partial<FetchLimits>, scheme = "http"): Promise<string> {
  const { code, message } = await faultOf(async () =>
    readBytes(await guardedFetch(`${scheme}://127.0.0.1:${server.port}/`, { limits: { ...far, ...limits } })),
  );
  await server.allClosed();
  return `${code}: ${message}`;
}

/** Writes again and again until the other side has had enough. */
function forEver(socket: Socket, piece: string | Buffer, everyMs: number): void {
  const timer = setInterval(() => socket.write(piece), everyMs);
  socket.on("close", () => clearInterval(timer));
  onTestFinished(() => clearInterval(timer));
}

describe("a server that is slow", () => {
  test("to answer at all", async () => {
    expect(await faultFrom(await serveBytes(() => {}), { firstByteMs: 60 })).toMatch(/^timeout: .*did not answer/);
  });

  test("to finish its head, a byte at a time", async () => {
    const server = await serveBytes((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nx-slow: ");
      forEver(socket, "x", 5);
    });
    expect(await faultFrom(server, { firstByteMs: 60 })).toMatch(/^timeout: .*did not answer/);
  });

  test("with answers before the answer, again and again", async () => {
    const server = await serveBytes((socket) => forEver(socket, "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n", 5));
    expect(await faultFrom(server, { firstByteMs: 60 })).toMatch(/^timeout: .*did not answer/);
  });

  test("to shake hands", async () => {
    expect(await faultFrom(await serveBytes(() => {}), { connectMs: 60 }, "https")).toMatch(/^timeout: .*connection/);
  });

  test("after its head", async () => {
    const server = await serveHttp((_request, response) => response.flushHeaders());
    expect(await faultFrom(server, { idleMs: 60 })).toMatch(/^timeout: .*nothing more/);
  });

  test("in the middle", async () => {
    const server = await serveHttp((_request, response) => response.write("some"));
    expect(await faultFrom(server, { idleMs: 60 })).toMatch(/^timeout: .*nothing more/);
  });

  test("all the way, though never for long", async () => {
    const server = await serveHttp((_request, response) => {
      response.flushHeaders();
      const timer = setInterval(() => response.write("x"), 5);
      response.on("close", () => clearInterval(timer));
    });
    expect(await faultFrom(server, { totalMs: 150 })).toMatch(/^timeout: .*not done within 0\.15 s/);
  });

  test("from one redirect to the next", async () => {
    const server = await serveHttp((request, response) => {
      void sleep(40).then(() => response.writeHead(302, { location: `${request.url ?? ""}x` }).end());
    });
    expect(await faultFrom(server, { totalMs: 100 })).toMatch(/^timeout: /);
  });

  test("to take what it is sent", async () => {
    const server = await serveBytes((socket) => socket.pause());
    const body = flood(Buffer.alloc(65_536));
    const fault = await faultOf(() =>
      guardedFetch(`http://127.0.0.1:${server.port}/`, { body, limits: { ...far, firstByteMs: 100 } }),
    );
    expect(fault.code).toBe("timeout");
    expect(body.destroyed).toBe(true);
  });

  test("not even to be found", async () => {
    const lost = createGuardedFetch({ resolve: () => new Promise(() => {}) });
    const fault = await faultOf(() => lost("http://a.tutti.dev/", { limits: { ...far, connectMs: 30 } }));
    expect(fault).toMatchObject({ code: "timeout", retryable: true });
  });

  test("is not blamed for a slow writer", async () => {
    const server = await serveHttp((request, response) => {
      request.on("end", () => response.end("x".repeat(8)));
      request.resume();
    });
    async function* slowly(): AsyncGenerator<Uint8Array> {
      for (let piece = 0; piece < 8; piece++) {
        await sleep(90);
        yield Buffer.from("x");
      }
    }
    const url = `http://127.0.0.1:${server.port}/`;
    expect(await readText(await guardedFetch(url, { body: slowly(), limits: { ...far, firstByteMs: 500 } }))).toBe(
      "xxxxxxxx",
    );
  });

  test("is not blamed for a slow reader", async () => {
    const server = await serveHttp((_request, response) => response.end("x".repeat(100_000)));
    const { body } = await guardedFetch(`http://127.0.0.1:${server.port}/`, { limits: { ...far, idleMs: 400 } });
    let bytes = 0;
    for await (const chunk of body) {
      if (bytes === 0) await sleep(600);
      bytes += chunk.length;
    }
    expect(bytes).toBe(100_000);
  });
});

describe("a server that sends too much", () => {
  const limits = { maxBytes: 1_000_000 };

  test("and says so", async () => {
    const server = await serveHttp((_request, response) => {
      response.setHeader("content-length", 1_000_001);
      response.flushHeaders();
    });
    expect(await faultFrom(server, limits)).toMatch(/^too-large: .*1000000 bytes/);
  });

  test.each<[string, Record<string, string>, Buffer]>([
    ["without end", {}, Buffer.alloc(10_000)],
    ["and says that it is little", { "content-length": "9e9" }, Buffer.alloc(10_000)],
    ["in compressed nothing, without end", { "content-encoding": "gzip" }, Buffer.from([0, 0, 0, 255, 255])],
  ])("%s", async (_name, headers, piece) => {
    const server = await serveBytes((socket) => {
      socket.write(
        `HTTP/1.1 200 OK\r\n${Object.entries(headers)
          .map((line) => `${line.join(": ")}\r\n`)
          .join("")}\r\n`,
      );
      if ("content-encoding" in headers) socket.write(gzipSync("").subarray(0, 10));
      flood(Buffer.concat(Array.from({ length: 1000 }, () => piece))).pipe(socket);
    });
    expect(await faultFrom(server, limits)).toMatch(/^(too-large: .*1000000 bytes|fetch-failed: .*not HTTP)/);
  });

  test.each([
    ["gzip", gzipSync],
    ["br", (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ])("once it is decompressed: %s", async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    const server = await serveHttp((_request, response) => {
      response.writeHead(200, { "content-encoding": encoding, "content-length": bomb.length }).end(bomb);
    });
    const { body } = await guardedFetch(`http://127.0.0.1:${server.port}/`, { limits: { ...far, ...limits } });
    let bytes = 0;
    const fault = await faultOf(async () => {
      for await (const chunk of body) bytes += chunk.length;
    });
    expect(fault.code).toBe("too-large");
    expect(bytes).toBeLessThanOrEqual(limits.maxBytes);
    await server.allClosed();
  });

  test("as its head", async () => {
    const server = await serveBytes((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      forEver(socket, `x-a: ${"b".repeat(8000)}\r\n`, 1);
    });
    expect(await faultFrom(server, {})).toMatch(/^fetch-failed: .*head/);
  });

  test("exactly as much as is allowed is not too much", async () => {
    const server = await serveHttp((_request, response) => response.end(Buffer.alloc(1_000_000)));
    const url = `http://127.0.0.1:${server.port}/`;
    expect(await readBytes(await guardedFetch(url, { limits: { ...far, ...limits } }))).toHaveLength(1_000_000);
  });
});

describe("a server that sends something else", () => {
  const html: RequestListener = (_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<!doctype html>");
  };

  test.each<[string, RequestListener, readonly string[], string]>([
    ["HTML instead of JSON", html, ["application/json"], "text/html"],
    ["HTML instead of a picture", html, ["image/*", "application/pdf"], "text/html"],
    ["no type", (_request, response) => response.end("x"), ["text/plain"], "something without a type"],
    [
      "a type that is none",
      (_request, response) => response.writeHead(200, { "content-type": "imagery/*" }).end("x"),
      ["image/*"],
      "something without a type",
    ],
  ])("%s", async (_name, listener, types, said) => {
    const message = await faultFrom(await serveHttp(listener), { types });
    expect(message).toMatch(/^unsupported-media: /);
    expect(message).toContain(`sends ${said}, not ${types.join(" or ")}`);
  });

  test("of a type that was asked for, in any spelling, or as an error", async () => {
    const { port } = await serveHttp((request, response) => {
      const type = request.url === "/error" ? "text/html" : "IMAGE/PNG ; q=1";
      response.writeHead(request.url === "/error" ? 500 : 200, { "content-type": type }).end("x");
    });
    for (const path of ["", "error"]) {
      const url = `http://127.0.0.1:${port}/${path}`;
      expect(await readText(await guardedFetch(url, { limits: { ...far, types: ["image/*"] } }))).toBe("x");
    }
  });

  test.each([
    ["no HTTP", "220 mail.example ESMTP\r\n"],
    ["another protocol", "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"],
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxy"],
    ["a length and chunks", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["half of what it says", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"],
    ["chunks without an end", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"],
    ["chunks that are none", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n"],
    ["an unknown compression", "HTTP/1.1 200 OK\r\ncontent-encoding: constructor\r\ncontent-length: 1\r\n\r\nx"],
    ["two compressions", "HTTP/1.1 200 OK\r\ncontent-encoding: gzip, gzip\r\ncontent-length: 1\r\n\r\nx"],
    ["what it did not compress", "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nplain"],
    ["half of what it compressed", `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n\x1f`],
    ["nothing", ""],
  ])("%s", async (_name, bytes) => {
    const server = await serveBytes((socket) => void socket.once("data", () => socket.end(bytes, "latin1")));
    const message = await faultFrom(server, {});
    expect(message).toMatch(/^fetch-failed: 127\.0\.0\.1:\d+ /);
  });

  test("a body that broke before anybody read it is told to who reads it", async () => {
    const server = await serveHttp((_request, response) => {
      response.setHeader("content-length", 100);
      response.write("some", () => response.destroy());
    });
    const fetched = await guardedFetch(`http://127.0.0.1:${server.port}/`, { limits: far });
    await server.allClosed();
    await sleep(20);
    expect(await faultOf(() => readBytes(fetched))).toMatchObject({ code: "fetch-failed", retryable: true });
  });
});
