/** Doubt: that a library which is given this fetch sees any difference, or gets around the guard. */
import { expect, test } from "vitest";
import { asFetch } from "../../src/net/as-fetch.ts";
import { createGuardedFetch } from "../../src/net/guarded-fetch.ts";
import { recording, serveHttp, type Seen } from "./servers.ts";

const fetch = asFetch(createGuardedFetch(), { allow: ["127.0.0.1"] });

test.each<[string, () => RequestInit]>([
  ["nothing", () => ({ headers: { "x-a": "b" } })],
  ["a string", () => ({ method: "POST", body: "é" })],
  ["parameters", () => ({ method: "POST", body: new URLSearchParams({ a: "b c" }) })],
  ["bytes", () => ({ method: "PUT", body: new Uint8Array([0, 255]), headers: [["content-type", "image/png"]] })],
  ["a blob", () => ({ method: "POST", body: new Blob(["x"], { type: "text/csv" }) })],
])("sends what the standard one sends: %s", async (_name, init) => {
  const seen: Seen[] = [];
  const { port } = await serveHttp(recording(seen));
  const url = `http://127.0.0.1:${port}/`;
  await (await fetch(url, init())).text();
  await (await globalThis.fetch(url, init())).text();
  const [ours, theirs] = seen.map(({ method, headers, body }) => {
    const { "content-type": type, "content-length": length, "x-a": given } = headers;
    return { method, type, length, given, body };
  });
  expect(ours).toEqual(theirs);
});

test("sends a form with files", async () => {
  const seen: Seen[] = [];
  const { port } = await serveHttp(recording(seen));
  const form = new FormData();
  form.set("file", new Blob(["x"]), "a.txt");
  await (await fetch(new URL(`http://127.0.0.1:${port}/`), { method: "POST", body: form })).text();
  expect(seen[0]?.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
  expect(seen[0]?.body).toContain('filename="a.txt"');
});

test("gives what the standard one gives, a stream among it", async () => {
  const { port } = await serveHttp((request, response) => {
    if (request.url === "/204") response.writeHead(204).end();
    else {
      response.writeHead(404, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n", () => response.end("data: 2\n\n"));
    }
  });
  const response = await fetch(new Request(`http://127.0.0.1:${port}/`));
  expect(response).toMatchObject({ ok: false, status: 404 });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  expect(await response.text()).toBe("data: 1\n\ndata: 2\n\n");
  const empty = await fetch(`http://127.0.0.1:${port}/204`);
  expect([empty.status, empty.body]).toEqual([204, null]);
});

test("ends as the standard one does when its caller has enough, in the body, too", async () => {
  const server = await serveHttp((_request, response) => response.write("x"));
  const url = `http://127.0.0.1:${server.port}/`;
  await expect(fetch(url, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  const { body } = await fetch(url);
  await body?.cancel();
  await server.allClosed();
  const caller = new AbortController();
  const response = await fetch(url, { signal: caller.signal });
  caller.abort();
  await expect(response.text()).rejects.toThrow();
  await server.allClosed();
});

test("is guarded", async () => {
  await expect(fetch("http://10.0.0.1/")).rejects.toMatchObject({ code: "url-refused" });
  await expect(fetch("http://user:password@127.0.0.1/")).rejects.toThrow();
  const { port } = await serveHttp((_request, response) => response.end("x".repeat(1000)));
  const small = asFetch(createGuardedFetch({ allow: ["127.0.0.1"] }), { limits: { maxBytes: 10 } });
  await expect(small(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: "too-large" });
});
