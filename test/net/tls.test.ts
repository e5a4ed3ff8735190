/** Doubt: that a pinned connection forgets whom it wanted to talk to: the name in TLS, the certificate, the downgrade. */
import type { Socket } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { beforeAll, describe, expect, test } from "vitest";
import { createGuardedFetch } from "../../src/net/guarded-fetch.ts";
import { readText } from "../../src/net/read-fetched.ts";
import { certificate } from "./certificate.ts";
import { faultOf } from "./faults.ts";
import { knowing, serveBytes, serveHttp, serveHttps } from "./servers.ts";

const resolve = knowing({ "safe.example": ["127.0.0.1"], "other.example": ["127.0.0.1"] });
const guardedFetch = createGuardedFetch({ resolve, allow: ["127.0.0.1", "localhost"] });

test("a certificate that nobody vouches for is refused", async () => {
  const { port } = await serveHttps((_request, response) => response.end("secret"));
  const fault = await faultOf(() => guardedFetch(`https://safe.example:${port}/`));
  expect(fault).toMatchObject({ code: "fetch-failed", retryable: false });
  expect(fault.message).toContain("certificate");
});

describe("with a certificate that is trusted", () => {
  beforeAll(() => setDefaultCACertificates([...getCACertificates("default"), certificate]));

  test("the name in the URL is the one that it has to hold, not that of the address", async () => {
    const { port } = await serveHttps((request, response) => response.end(request.headers.host));
    expect(await readText(await guardedFetch(`https://safe.example:${port}/`))).toBe(`safe.example:${port}`);
    expect(await readText(await guardedFetch(`https://safe.example.:${port}/`))).toBe(`safe.example.:${port}`);
    expect(await readText(await guardedFetch(`https://127.0.0.1:${port}/`))).toBe(`127.0.0.1:${port}`);
    const fault = await faultOf(() => guardedFetch(`https://other.example:${port}/`));
    expect(fault).toMatchObject({ code: "fetch-failed", message: expect.stringContaining("certificate") as string });
  });

  test("a redirect from https to http is refused, unless that is allowed", async () => {
    const plain = await serveHttp((_request, response) => response.end("plain"));
    const location = `http://127.0.0.1:${plain.port}/`;
    const { port } = await serveHttps((_request, response) => response.writeHead(302, { location }).end());
    const url = `https://127.0.0.1:${port}/`;
    expect(await faultOf(() => guardedFetch(url))).toMatchObject({ code: "url-refused" });
    expect(plain.sockets).toEqual([]);
    expect(await readText(await guardedFetch(url, { allowDowngrade: true }))).toBe("plain");
  });
});

test("the name is told in the handshake, an address is not", async () => {
  const heard: Buffer[] = [];
  const { port } = await serveBytes((socket: Socket) => {
    socket.once("data", (data: Buffer) => {
      heard.push(data);
      socket.destroy();
    });
  });
  await faultOf(() => guardedFetch(`https://safe.example.:${port}/`));
  await faultOf(() => guardedFetch(`https://127.0.0.1:${port}/`));
  expect(heard.map((hello) => hello.includes("\x00\x0csafe.example"))).toEqual([true, false]);
  expect(heard.map((hello) => hello.includes("127.0.0.1"))).toEqual([false, false]);
});
