/** Doubt: that a URL in a request becomes the file that is there, and that none reaches what its sender could not. */
import type { RequestListener } from "node:http";
import { describe, expect, test, vi } from "vitest";
import { createGuardedFetch } from "../../src/net/guarded-fetch.ts";
import { flood, serveHttp, type TestServer as WebServer } from "../net/servers.ts";
import { memoryAssets, png, wav } from "./memory-assets.ts";
import { accepting, submitted } from "./scripted-runs.ts";
import { problemOf, serve, type TestServer } from "./serve.ts";

const pdf = Buffer.from("%PDF-1.7");

const files: RequestListener = (request, response) => {
  const { pathname } = new URL(request.url ?? "", "http://a");
  if (pathname === "/download") {
    const name = `attachment; filename="x.txt"; filename*=UTF-8''..%2F%E2%82%AC.pdf`;
    response.writeHead(200, { "content-disposition": name }).end(pdf);
  } else if (pathname === "/moved.png") response.writeHead(302, { location: "/download" }).end();
  else if (pathname === "/inner.png") response.writeHead(302, { location: "http://169.254.169.254/" }).end();
  else if (pathname === "/gone.png") response.writeHead(404, { "content-type": "image/png" }).end(png);
  else if (pathname === "/page.png") response.writeHead(200, { "content-type": "text/html" }).end("<html>");
  else if (pathname === "/empty.png") response.end();
  else if (pathname === "/endless.png") flood(Buffer.alloc(10_000)).pipe(response);
  else if (pathname.endsWith(".wav")) response.end(wav);
  else if (pathname === "/silent.png") response.flushHeaders();
  else response.end(png);
};

/** An admin lets it reach loopback, since there is no other network here. */
const fetch = createGuardedFetch({ allow: ["127.0.0.1"] });

async function ask(
  parts: (web: string) => readonly unknown[],
  options: Parameters<typeof serve>[1] = {},
): Promise<{ server: TestServer; response: Response; web: WebServer; problem: () => ReturnType<typeof problemOf> }> {
  const web = await serveHttp(files);
  const server = await serve({ ...accepting, ...memoryAssets() }, { fetch, ...options });
  const content = [{ type: "text", text: "Look" }, ...parts(`http://127.0.0.1:${web.port}`)];
  const response = await server.post("/v1/runs", { messages: [{ role: "user", content }] });
  return { server, response, web, problem: () => problemOf(response) };
}

const image = (url: string): unknown => ({ type: "image_url", image_url: { url } });
const file = (url: string, filename?: string): unknown => ({
  type: "file",
  file: { file_data: url, ...(filename !== undefined && { filename }) },
});

describe("a URL", () => {
  test.each<[string, (web: string) => unknown, Buffer, string, string | undefined]>([
    ["of a picture", (web) => image(`${web}/a/cat.png?size=1#top`), png, "image", "cat.png"],
    ["of a picture, shorter", (web) => ({ type: "image_url", image_url: `${web}/cat.png` }), png, "image", "cat.png"],
    ["with an escaped name", (web) => image(`${web}/a%2Fb%20%C3%A9.png`), png, "image", "b é.png"],
    ["with a name that is badly escaped", (web) => image(`${web}/%E0%A4%A.png`), png, "image", "%E0%A4%A.png"],
    ["without a name", (web) => image(`${web}/`), png, "image", undefined],
    ["of a file", (web) => file(`${web}/a.png`), png, "image", "a.png"],
    ["of a file that is called otherwise", (web) => file(`${web}/a.png`, "b.png"), png, "image", "b.png"],
    ["of a download, as its server calls it", (web) => file(`${web}/download?id=7`), pdf, "document", "€.pdf"],
    [
      "that has moved, under the name that was written",
      (web) => file(`${web}/moved.png`),
      pdf,
      "document",
      "moved.png",
    ],
    ["of a sound", (web) => ({ type: "input_audio", input_audio: { data: `${web}/a.wav` } }), wav, "audio", "a.wav"],
    ["with blanks around it", (web) => image(`  ${web}/cat.png \n`), png, "image", "cat.png"],
  ])("%s becomes a file", async (_name, part, bytes, kind, name) => {
    const { server, response } = await ask((web) => [part(web)]);
    expect(response.status).toBe(202);
    const { id } = memoryAssets().add(bytes);
    expect(submitted(server.tutti).messages[0]?.content[1]).toEqual({
      type: "asset",
      asset: id,
      kind,
      ...(name !== undefined && { name }),
    });
  });

  test("that comes twice is fetched once", async () => {
    const { server, web } = await ask((url) => [
      image(`${url}/cat.png`),
      image(`${url}/cat.png#2`),
      file(`${url}/cat.png`, "b.png"),
    ]);
    expect(web.sockets).toHaveLength(1);
    const names = submitted(server.tutti).messages[0]?.content.map((part) => (part.type === "asset" ? part.name : ""));
    expect(names).toEqual(["", "cat.png", "cat.png", "b.png"]);
  });

  test("in a plan's preview is read, too", async () => {
    const web = await serveHttp(files);
    const plan = async () => ({ planner: "p", nodes: [], problems: [], notes: [] });
    const { post } = await serve({ plan, ...memoryAssets() }, { fetch });
    const content = [image(`http://127.0.0.1:${web.port}/cat.png`)];
    expect((await post("/v1/plans", { messages: [{ role: "user", content }] })).status).toBe(200);
  });
});

describe("what is refused before anything is fetched or stored", () => {
  test.each([
    "http://localhost:8080/a.png",
    "http://10.0.0.1/a.png",
    "http://0x7f000001/a.png",
    "http://[::ffff:127.0.0.1]/a.png",
    "http://metadata.google.internal/a.png",
    "https://user:password@tutti.dev/a.png",
    "http://tutti.dev:25/a.png",
    "ftp://tutti.dev/a.png",
    "file:///etc/passwd",
    "//tutti.dev/a.png",
  ])("%s", async (url) => {
    const { server, web, problem } = await ask((good) => [image(`${good}/cat.png`), image(url)], {
      fetch: createGuardedFetch({ resolve: () => Promise.reject(new Error("nobody may be asked")) }),
    });
    const told = await problem();
    expect(told).toMatchObject({ status: 422, code: "url-refused" });
    expect(told.detail).toMatch(/^messages\.0\.content\.[12]\.image_url\.url: .*POST \/v1\/assets/);
    expect([server.tutti.calls, web.sockets]).toEqual([[], []]);
  });

  test("every URL, where that is switched off", async () => {
    const { server, web, problem } = await ask((url) => [image(`${url}/cat.png`)], { fetch: undefined });
    expect(await problem()).toMatchObject({ code: "url-refused", detail: expect.stringContaining("POST /v1/assets") });
    expect([server.tutti.calls, web.sockets]).toEqual([[], []]);
  });
});

describe("what can only be found out on the way", () => {
  test.each<[string, string, number, string, RegExp]>([
    ["that is not there", "/gone.png", 422, "fetch-failed", /status 404/],
    ["of a page", "/page.png", 415, "unsupported-media", /not image/],
    ["of nothing", "/empty.png", 400, "invalid-request", /empty/],
    ["that leads inside", "/inner.png", 422, "url-refused", /POST \/v1\/assets/],
    ["without end", "/endless.png", 413, "too-large", /1000000/],
    ["of another kind", "/a.wav", 415, "unsupported-media", /audio\/wav/],
  ])("a URL %s", async (_name, path, status, code, says) => {
    const { server, problem, web } = await ask((url) => [image(`${url}/cat.png`), image(`${url}${path}`)], {
      maxUploadBytes: 1_000_000 + png.length,
    });
    const told = await problem();
    expect(told).toMatchObject({ status, code });
    expect(told.detail).toMatch(/^messages\.0\.content\.2\.image_url\.url: /);
    expect(told.detail).toMatch(says);
    expect(server.tutti.calls.map(({ method }) => method)).not.toContain("submit");
    await web.allClosed();
  });

  test("a server that is slow is told as one that can't be read", async () => {
    const impatient = createGuardedFetch({ allow: ["127.0.0.1"] });
    const hasty = Object.assign(
      (...[url, options]: Parameters<typeof impatient>) =>
        impatient(url, { ...options, limits: { ...options?.limits, idleMs: 50 } }),
      { check: impatient.check },
    );
    const { problem, web } = await ask((url) => [image(`${url}/silent.png`)], { fetch: hasty });
    expect(await problem()).toMatchObject({ status: 422, code: "fetch-failed" });
    await web.allClosed();
  });

  test("a client who leaves takes the fetch along; so does a server that stops", async () => {
    const web = await serveHttp(files);
    const { url, server } = await serve({ ...accepting, ...memoryAssets() }, { fetch });
    const body = JSON.stringify({
      messages: [{ role: "user", content: [image(`http://127.0.0.1:${web.port}/silent.png`)] }],
    });
    const post = (signal?: AbortSignal): Promise<Response> =>
      globalThis.fetch(`${url}/v1/runs`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        ...(signal && { signal }),
      });
    const client = new AbortController();
    const left = post(client.signal);
    await vi.waitUntil(() => web.sockets.length === 1);
    client.abort();
    await expect(left).rejects.toThrow();
    await web.allClosed();
    const waiting = post();
    await vi.waitUntil(() => web.sockets.length === 2);
    const closing = server.close(1000);
    expect(await problemOf(await waiting)).toMatchObject({ status: 503, code: "shutting-down" });
    await web.allClosed();
    await closing;
  });

  test("so many URLs as nobody needs", async () => {
    const { problem, web } = await ask((url) =>
      Array.from({ length: 65 }, (_, index) => image(`${url}/cat.png?${index}`)),
    );
    expect(await problem()).toMatchObject({ code: "url-refused", detail: expect.stringContaining("64") });
    expect(web.sockets).toHaveLength(64);
  });
});
