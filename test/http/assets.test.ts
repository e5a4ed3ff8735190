/** Doubt: that what was uploaded comes back byte for byte, in any part, and can do no harm in a browser. */
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { assetInfoSchema, assetListSchema } from "../../src/http/schemas-catalogue.ts";
import { memoryAssets, png, wav } from "./memory-assets.ts";
import { problemOf, serve } from "./serve.ts";

const digits = Buffer.from("0123456789");

describe("POST /v1/assets", () => {
  test.each<[string, RequestInit, string | undefined]>([
    ["with a name", { headers: { "content-type": "image/png", "x-filename": "caf%C3%A9.png" } }, "café.png"],
    ["with a disposition", { headers: { "content-disposition": 'attachment; filename="a.png"' } }, "a.png"],
    ["as curl sends it", { headers: { "content-type": "application/x-www-form-urlencoded" } }, undefined],
    ["without any header", {}, undefined],
  ])("bytes as they are, %s", async (_name, init, name) => {
    const { fetch } = await serve(memoryAssets());
    const response = await fetch("/v1/assets", { method: "POST", body: new Uint8Array(png), ...init });
    expect(response.status).toBe(201);
    const info = assetInfoSchema.strict().parse(await response.json());
    expect(info).toMatchObject({ type: "image", mediaType: "image/png", bytes: png.length });
    expect(info.name).toBe(name);
    expect(response.headers.get("location")).toBe(info.url);
    const back = await fetch(info.url);
    expect(Buffer.from(await back.arrayBuffer())).toEqual(png);
  });

  test("one file in a form is answered alike, several with a list", async () => {
    const { fetch } = await serve(memoryAssets());
    const body = new FormData();
    body.append("one", new Blob([new Uint8Array(png)]), "a.png");
    const one = await fetch("/v1/assets", { method: "POST", body });
    expect(assetInfoSchema.parse(await one.json())).toMatchObject({ type: "image", name: "a.png" });
    body.append("two", new Blob([new Uint8Array(wav)]), "b.wav");
    const two = await fetch("/v1/assets", { method: "POST", body });
    expect(two.status).toBe(201);
    expect(assetListSchema.parse(await two.json()).assets.map(({ name }) => name)).toEqual(["a.png", "b.wav"]);
  });

  test("nothing is no file", async () => {
    const { fetch } = await serve(memoryAssets());
    const field = new FormData();
    field.append("request", "hello");
    const empty = new FormData();
    empty.append("f", new Blob([]), "a.png");
    for (const body of [new FormData(), field, empty, "", undefined]) {
      const response = await fetch("/v1/assets", { method: "POST", ...(body !== undefined && { body }) });
      expect(await problemOf(response)).toMatchObject({ status: 400, code: "invalid-request" });
    }
  });
});

describe("GET /v1/assets/:id", () => {
  test.each([
    ["bytes=0-3", 206, "0123", "bytes 0-3/10"],
    ["bytes=4-", 206, "456789", "bytes 4-9/10"],
    ["bytes=-3", 206, "789", "bytes 7-9/10"],
    ["bytes=-100", 206, "0123456789", "bytes 0-9/10"],
    ["bytes=9-9", 206, "9", "bytes 9-9/10"],
    ["bytes=5-999999999999", 206, "56789", "bytes 5-9/10"],
    ["Bytes= 0-1 ", 206, "01", "bytes 0-1/10"],
    ["bytes=0-1,8-9", 200, "0123456789", null],
    ["bytes=3-1", 200, "0123456789", null],
    ["bytes=-", 200, "0123456789", null],
    ["bytes=+1-2", 200, "0123456789", null],
    ["bytes=10-", 416, "range-not-satisfiable", "bytes */10"],
    ["bytes=-0", 416, "range-not-satisfiable", "bytes */10"],
    ["bytes=a-b", 200, "0123456789", null],
    ["bytes", 200, "0123456789", null],
    ["items=0-1", 200, "0123456789", null],
  ])("Range: %s gives %i", async (range, status, text, contentRange) => {
    const assets = memoryAssets();
    const { id } = assets.add(digits);
    const { fetch } = await serve(assets);
    const response = await fetch(`/v1/assets/${id}`, { headers: { range } });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-range")).toBe(contentRange);
    const body = await response.clone().text();
    expect(status === 416 ? (await problemOf(response)).code : body).toBe(text);
    expect(response.headers.get("content-length")).toBe(String(body.length));
  });

  test("If-Range of other bytes gives all, of these a part", async () => {
    const assets = memoryAssets();
    const { id } = assets.add(digits);
    const { fetch } = await serve(assets);
    const ask = (condition: string) =>
      fetch(`/v1/assets/${id}`, { headers: { range: "bytes=0-1", "if-range": condition } });
    expect((await ask(`"${id}"`)).status).toBe(206);
    expect((await ask('"other"')).status).toBe(200);
  });

  test("is cached for good, and never sent twice", async () => {
    const assets = memoryAssets();
    const { id } = assets.add(digits);
    const { fetch, tutti } = await serve(assets);
    const head = await fetch(`/v1/assets/${id}`, { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(head.headers.get("etag")).toBe(`"${id}"`);
    expect(head.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
    expect(head.headers.get("content-length")).toBe("10");
    expect((await fetch(`/v1/assets/${id}`, { headers: { "if-none-match": `"${id}"` } })).status).toBe(304);
    expect(tutti.calls.map(({ method }) => method)).not.toContain("readAsset");
  });

  test.each([
    ["image/png", "inline"],
    ["image/jpeg", "inline"],
    ["image/webp", "inline"],
    ["image/gif", "inline"],
    ["audio/x-wav", "inline"],
    ["video/mp4", "inline"],
    ["text/plain", "inline"],
    ["image/svg+xml", "attachment"],
    ["text/html", "attachment"],
    ["application/xhtml+xml", "attachment"],
    ["application/pdf", "attachment"],
    ["application/octet-stream", "attachment"],
    ["image/png, text/html", "attachment"],
  ])("%s is sent %s, and can't act", async (mediaType, kind) => {
    const assets = memoryAssets();
    const { id } = assets.add(digits, { mediaType, name: 'né"w.x' });
    const { fetch } = await serve(assets);
    const { headers } = await fetch(`/v1/assets/${id}`);
    expect(headers.get("content-disposition")).toBe(`${kind}; filename="n__w.x"; filename*=UTF-8''n%C3%A9%22w.x`);
    expect(headers.get("content-type")?.startsWith(mediaType)).toBe(true);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toMatch(/^sandbox; default-src 'none'/);
  });

  test.each(["0".repeat(64), "..%2f..%2fetc%2fpasswd", "A".repeat(64), "x"])("unknown: %s", async (id) => {
    const { fetch } = await serve(memoryAssets());
    for (const path of [`/v1/assets/${id}`, `/v1/assets/${id}/info`]) {
      const response = await fetch(path);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(await problemOf(response)).toMatchObject({ status: 404, code: "unknown-asset" });
    }
  });

  test("bytes that break off do not look whole", async () => {
    const assets = memoryAssets();
    const { id } = assets.add(digits);
    async function* half(): AsyncGenerator<Buffer> {
      yield digits.subarray(0, 5);
      throw new Error("the disk is gone");
    }
    const { fetch, log } = await serve({ ...assets, readAsset: async () => Readable.from(half()) });
    await expect(fetch(`/v1/assets/${id}`).then((response) => response.text())).rejects.toThrow();
    expect(log.some(({ level, message }) => level === "error" && message.includes("the disk is gone"))).toBe(true);
  });

  test("a client that leaves ends the reading", async () => {
    const assets = memoryAssets();
    const { id } = assets.add(Buffer.alloc(100_000_000));
    const ended = Promise.withResolvers<void>();
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        for (;;) yield Buffer.alloc(100_000);
      } finally {
        ended.resolve();
      }
    }
    const { fetch } = await serve({ ...assets, readAsset: async () => Readable.from(endless()) });
    const leaving = new AbortController();
    const response = await fetch(`/v1/assets/${id}`, { signal: leaving.signal });
    await response.body?.getReader().read();
    leaving.abort();
    await expect(ended.promise).resolves.toBeUndefined();
  });
});

test("GET /v1/assets/:id/info tells what is known", async () => {
  const assets = memoryAssets();
  const origin = { kind: "node", runId: "r1", nodeId: "t1", output: "image" } as const;
  const { id } = assets.add(png, { width: 5, height: 7, name: "boxes.png", origin });
  const { fetch } = await serve(assets);
  const info = assetInfoSchema.strict().parse(await (await fetch(`/v1/assets/${id}/info`)).json());
  expect(info).toMatchObject({ id, width: 5, height: 7, origin, url: `/v1/assets/${id}` });
});
