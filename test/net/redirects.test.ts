/** Doubt: that a redirect leads where the first URL could not, or takes a secret along. */
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { createGuardedFetch } from "../../src/net/guarded-fetch.ts";
import { readText } from "../../src/net/read-fetched.ts";
import { faultOf } from "./faults.ts";
import { flood, knowing, recording, serveHttp, type Seen } from "./servers.ts";

const loopback = { allow: ["127.0.0.1"] };

describe("a redirect", () => {
  test.each([
    "http://10.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/",
    "//localhost/",
    "http://2130706433:8080/",
    "http://inner.tutti.dev/",
    "http://nowhere.tutti.dev/",
    "file:///etc/passwd",
    "data:text/plain,hello",
    "http://user:password@127.0.0.1/",
    "http://127.0.0.1:25/",
    "http://[",
  ])("to %s is refused", async (location) => {
    const { port, sockets } = await serveHttp((_request, response) => response.writeHead(302, { location }).end());
    const resolve = knowing({ "inner.tutti.dev": ["192.168.0.1"] });
    const guardedFetch = createGuardedFetch({ resolve });
    const fault = await faultOf(() => guardedFetch(`http://127.0.0.1:${port}/`, { allow: [`127.0.0.1:${port}`] }));
    expect(fault).toMatchObject({ code: "url-refused" });
    expect(sockets).toHaveLength(1);
  });

  test("that goes round in circles ends after five", async () => {
    const { port, sockets, allClosed } = await serveHttp((request, response) =>
      response.writeHead(302, { location: request.url === "/a" ? "/b" : "/a" }).end("some words"),
    );
    const fault = await faultOf(() => createGuardedFetch(loopback)(`http://127.0.0.1:${port}/a`));
    expect(fault).toMatchObject({ code: "fetch-failed", message: expect.stringContaining("5 redirects") as string });
    expect(sockets).toHaveLength(6);
    await allClosed();
  });

  test("is followed up to five times, and where it ends is told", async () => {
    const { port } = await serveHttp((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left > 0) response.writeHead(301, { location: `${left - 1}` });
      response.end(`${left}`);
    });
    const guardedFetch = createGuardedFetch(loopback);
    const fetched = await guardedFetch(`http://127.0.0.1:${port}/5`);
    expect([fetched.status, fetched.url, await readText(fetched)]).toEqual([200, `http://127.0.0.1:${port}/0`, "0"]);
  });

  test("in UTF-8 leads where a browser would go", async () => {
    const { port } = await serveHttp((request, response) => {
      if (request.url === "/") response.writeHead(302, { location: Buffer.from("/é").toString("latin1") });
      response.end(request.url);
    });
    expect(await readText(await createGuardedFetch(loopback)(`http://127.0.0.1:${port}/`))).toBe("/%C3%A9");
  });

  const secrets = { authorization: "Bearer s3cret", cookie: "a=s3cret", "xi-api-key": "s3cret", accept: "text/plain" };

  test("to the same origin keeps headers, to another keeps no secret, under whatever name", async () => {
    const [here, there]: [Seen[], Seen[]] = [[], []];
    const other = await serveHttp(recording(there));
    const first = await serveHttp(
      recording(here, (request, response) => {
        response.writeHead(307, { location: request.url === "/" ? "/next" : `http://127.0.0.1:${other.port}/` }).end();
      }),
    );
    await readText(await createGuardedFetch(loopback)(`http://127.0.0.1:${first.port}/`, { headers: secrets }));
    expect(here.map(({ headers }) => headers)).toMatchObject([secrets, secrets]);
    expect(there[0]?.headers).toMatchObject({ accept: "text/plain", host: `127.0.0.1:${other.port}` });
    expect(JSON.stringify(there)).not.toContain("s3cret");
  });

  test.each<[number, string, string, string]>([
    [301, "POST", "GET", ""],
    [302, "POST", "GET", ""],
    [303, "POST", "GET", ""],
    [303, "PUT", "GET", ""],
    [307, "POST", "POST", "body"],
    [308, "POST", "POST", "body"],
    [301, "PUT", "PUT", "body"],
  ])("%i turns a %s into a %s", async (status, method, becomes, body) => {
    const seen: Seen[] = [];
    const { port } = await serveHttp(
      recording(seen, (request, response) => {
        if (request.url === "/") response.writeHead(status, { location: "/next" });
        response.end();
      }),
    );
    const headers = { "content-type": "text/plain" };
    await readText(await createGuardedFetch(loopback)(`http://127.0.0.1:${port}/`, { method, body: "body", headers }));
    expect(seen[1]).toMatchObject({ method: becomes, body, path: "/next" });
    expect(seen[1]?.headers["content-type"]).toBe(body === "" ? undefined : "text/plain");
  });

  test("does not carry a body to strangers, nor a stream a second time", async () => {
    const other = await serveHttp((_request, response) => response.end());
    const { port } = await serveHttp((request, response) => {
      request.resume();
      response.writeHead(307, { location: request.url === "/" ? "/next" : `http://127.0.0.1:${other.port}/` }).end();
    });
    const guardedFetch = createGuardedFetch(loopback);
    const toStranger = await faultOf(() => guardedFetch(`http://127.0.0.1:${port}/x`, { body: "private" }));
    expect(toStranger).toMatchObject({ code: "fetch-failed", message: expect.stringContaining("origin") as string });
    const body = Readable.from([Buffer.from("private")]);
    const again = await faultOf(() => guardedFetch(`http://127.0.0.1:${port}/`, { body }));
    expect(again).toMatchObject({ code: "fetch-failed", message: expect.stringContaining("stream") as string });
    expect(other.sockets).toEqual([]);
  });

  test("is not read, and its connection let go at once", async () => {
    const { port, sockets } = await serveHttp((request, response) => {
      if (request.url === "/") response.writeHead(302, { location: "/next" });
      flood(Buffer.alloc(1000)).pipe(response);
    });
    const { close } = await createGuardedFetch(loopback)(`http://127.0.0.1:${port}/`);
    await new Promise((resolve) => void (sockets[0]?.closed ? resolve(0) : sockets[0]?.once("close", resolve)));
    expect(sockets.map(({ closed }) => closed)).toEqual([true, false]);
    close();
  });
});
