/** Doubt: that files of any number and size go from the wire to the store in order, without ever being in memory. */
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Asset } from "../../src/assets/asset.ts";
import { TuttiError } from "../../src/errors.ts";
import { memoryAssets, png, wav } from "./memory-assets.ts";
import { accepting, submitted } from "./scripted-runs.ts";
import { problemOf, serve } from "./serve.ts";

const BOUNDARY = "xxBOUNDARYxx";

function form(fields: Record<string, string>, files: readonly (readonly [string, Buffer, string])[] = []): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  for (const [name, bytes, filename] of files) data.append(name, new Blob([new Uint8Array(bytes)]), filename);
  return data;
}

const three = [
  ["photo", png, "first.png"],
  ["photo", wav, "stimme für dich.wav"],
  ["anything", Buffer.from("some words"), "../notes.txt"],
] as const;

describe("a form as a request", () => {
  test("plain words and three files, in their order", async () => {
    const { fetch, tutti } = await serve({ ...accepting, ...memoryAssets() });
    const response = await fetch("/v1/runs", { method: "POST", body: form({ request: "Which is it?" }, three) });
    expect(response.status).toBe(202);
    expect(submitted(tutti)).toEqual({
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "Which is it?" },
            { type: "asset", asset: memoryAssets().add(png).id, kind: "image", name: "first.png" },
            { type: "asset", asset: memoryAssets().add(wav).id, kind: "audio", name: "stimme für dich.wav" },
            { type: "asset", asset: expect.any(String), kind: "document", name: "notes.txt" },
          ],
        },
      ],
      options: {},
    });
  });

  test("a conversation: the files belong to what the user said last", async () => {
    const { fetch, tutti } = await serve({ ...accepting, ...memoryAssets() });
    const messages = JSON.stringify([
      { role: "user", content: "Hello" },
      { role: "user", content: [{ type: "text", text: "What is this?" }] },
      { role: "assistant", content: "Show me." },
    ]);
    const fields = { messages, options: '{"deadline":9}' };
    const response = await fetch("/v1/runs", { method: "POST", body: form(fields, [["f", png, "a.png"]]) });
    expect(response.status).toBe(202);
    const { messages: sent, options } = submitted(tutti);
    expect(options).toEqual({ deadline: 9 });
    expect(sent.map(({ content }) => content.length)).toEqual([1, 2, 1]);
  });

  test("files alone", async () => {
    const { fetch, tutti } = await serve({ ...accepting, ...memoryAssets() });
    const response = await fetch("/v1/runs", { method: "POST", body: form({}, [["f", png, "a.png"]]) });
    expect(response.status).toBe(202);
    expect(submitted(tutti).messages[0]?.content.at(-1)).toMatchObject({ kind: "image", name: "a.png" });
  });

  test.each<[string, Record<string, string>, boolean, string]>([
    ["nothing at all", {}, false, "empty"],
    ["both ways to say it", { request: "a", messages: "[]" }, false, "not both"],
    ["messages that are no JSON", { messages: "hello" }, false, "messages"],
    ["options that are no JSON", { request: "a", options: "{" }, false, "options"],
    ["options of a wrong type", { request: "a", options: '{"deadline":"soon"}' }, false, "options.deadline"],
    ["an unknown field", { request: "a", reqest: "b" }, false, "reqest"],
    ["a field with a path in its name", { request: "a", "a[b][c]": "b" }, false, "a"],
    ["a field named after the machinery", { request: "a", __proto__x: "b" }, false, "__proto__x"],
    ["files and nobody to whom they belong", { messages: '[{"role":"system","content":"x"}]' }, true, "user message"],
  ])("refused: %s", async (_name, fields, file, word) => {
    const { fetch, tutti } = await serve({ ...accepting, ...memoryAssets() });
    const body = form(fields, file ? [["f", png, "a.png"]] : []);
    const problem = await problemOf(await fetch("/v1/runs", { method: "POST", body }));
    expect(problem).toMatchObject({ status: 400, code: "invalid-request" });
    expect(problem.detail).toContain(word);
    expect(tutti.calls.map(({ method }) => method)).not.toContain("submit");
  });

  test("a field twice is not two requests", async () => {
    const { fetch } = await serve({ ...accepting });
    const body = form({ request: "a" });
    body.append("request", "b");
    const problem = await problemOf(await fetch("/v1/runs", { method: "POST", body }));
    expect(problem.errors?.[0]?.path).toBe("request");
  });

  test.each<[string, string, string | undefined]>([
    ["no boundary", "multipart/form-data", ""],
    [
      "an end that is missing",
      `multipart/form-data; boundary=${BOUNDARY}`,
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="request"\r\n\r\nhel`,
    ],
    [
      "a file that breaks off",
      `multipart/form-data; boundary=${BOUNDARY}`,
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="f"; filename="a"\r\n\r\nhel`,
    ],
    ["rubbish", `multipart/form-data; boundary=${BOUNDARY}`, "rubbish"],
    [
      "headers that are none",
      `multipart/form-data; boundary=${BOUNDARY}`,
      `--${BOUNDARY}\r\nrubbish\r\n\r\nx\r\n--${BOUNDARY}--\r\n`,
    ],
    ["another kind of multipart", `multipart/mixed; boundary=${BOUNDARY}`, ""],
  ])("broken: %s", async (_name, type, body) => {
    const { fetch, tutti } = await serve({ ...accepting, ...memoryAssets() });
    const response = await fetch("/v1/runs", {
      method: "POST",
      headers: { "content-type": type },
      ...(body !== undefined && { body }),
    });
    const problem = await problemOf(response);
    expect([400, 415]).toContain(problem.status);
    expect(tutti.calls.map(({ method }) => method)).not.toContain("submit");
  });

  test("too many files, too many fields, too long a field", async () => {
    const { fetch } = await serve({ ...accepting, ...memoryAssets() });
    const files = Array.from({ length: 65 }, (_, index) => ["f", png, `${index}.png`] as const);
    const fields = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`f${index}`, "x"]));
    for (const body of [form({ request: "a" }, files), form(fields), form({ request: "a".repeat(1024 * 1024 + 1) })]) {
      const problem = await problemOf(await fetch("/v1/runs", { method: "POST", body }));
      expect(problem).toMatchObject({ status: 413, code: "too-large" });
    }
  });

  test("what an upload is refused with is what the client reads", async () => {
    const { fetch } = await serve({
      ...accepting,
      async upload({ bytes, name }) {
        if (name === "bad.png") throw new TuttiError("unsupported-media", "bad.png is no picture");
        return memoryAssets().upload({ tenant: "default", bytes, name });
      },
    });
    const files = [
      ["a", png, "good.png"],
      ["b", Buffer.alloc(300_000), "bad.png"],
      ["c", png, "other.png"],
    ] as const;
    const problem = await problemOf(await fetch("/v1/runs", { method: "POST", body: form({ request: "a" }, files) }));
    expect(problem).toMatchObject({ status: 415, code: "unsupported-media", detail: "bad.png is no picture" });
  });

  test("a broken store is a defect, not a bad request", async () => {
    const { fetch, log } = await serve({
      ...accepting,
      async upload() {
        throw new Error("ENOSPC: no space left on /secret/path");
      },
    });
    const problem = await problemOf(await fetch("/v1/runs", { method: "POST", body: form({ request: "a" }, three) }));
    expect(problem).toMatchObject({ status: 500, code: "internal" });
    expect(problem.detail).not.toContain("secret");
    expect(log.some(({ level, message }) => level === "error" && message.includes("ENOSPC"))).toBe(true);
  });
});

describe("a large file", () => {
  const CHUNK = Buffer.alloc(64 * 1024, 7);
  const CHUNKS = 480;

  /** Swallows it slowly, and watches how much is waiting. */
  function slowStore(): {
    readonly store: (bytes: Readable) => Promise<Asset>;
    readonly seen: { bytes: number; most: number };
  } {
    const seen = { bytes: 0, most: 0 };
    return {
      seen,
      async store(bytes) {
        for await (const chunk of bytes) {
          seen.bytes += chunk.length;
          seen.most = Math.max(seen.most, bytes.readableLength);
          await setImmediate();
        }
        return memoryAssets().add(Buffer.from("stand-in"));
      },
    };
  }

  test("30 MB in a form are streamed", async () => {
    const { store, seen } = slowStore();
    const { url } = await serve({ ...accepting, upload: ({ bytes }) => store(bytes) });
    const client = httpRequest(`${url}/v1/runs`, {
      method: "POST",
      headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
    });
    const answered = once(client, "response");
    client.write(`--${BOUNDARY}\r\ncontent-disposition: form-data; name="request"\r\n\r\nhello\r\n`);
    client.write(`--${BOUNDARY}\r\ncontent-disposition: form-data; name="f"; filename="big.bin"\r\n\r\n`);
    for (let sent = 0; sent < CHUNKS; sent++) if (!client.write(CHUNK)) await once(client, "drain");
    client.end(`\r\n--${BOUNDARY}--\r\n`);
    const [response] = (await answered) as [import("node:http").IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(202);
    expect(seen.bytes).toBe(CHUNK.length * CHUNKS);
    expect(seen.most).toBeLessThan(1024 * 1024);
  });

  test("30 MB as they are are streamed", async () => {
    const { store, seen } = slowStore();
    const { fetch } = await serve({ upload: ({ bytes }) => store(bytes) });
    const body = Readable.toWeb(Readable.from(Array.from({ length: CHUNKS }, () => CHUNK))) as ReadableStream;
    const init: RequestInit & { duplex: "half" } = { method: "POST", body, duplex: "half" };
    expect((await fetch("/v1/assets", init)).status).toBe(201);
    expect(seen.bytes).toBe(CHUNK.length * CHUNKS);
    expect(seen.most).toBeLessThan(1024 * 1024);
  });

  test.each([
    ["as it is", { "content-type": "image/png" }, ""],
    [
      "in a form",
      { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="f"; filename="big.bin"\r\n\r\n`,
    ],
  ])("a client that leaves in the middle of one %s breaks the upload off", async (_name, headers, head) => {
    const started = Promise.withResolvers<void>();
    const broken = Promise.withResolvers<unknown>();
    const { url } = await serve({
      async upload({ bytes }) {
        try {
          bytes.once("data", () => started.resolve());
          await finished(bytes);
          broken.resolve("it ended as if it were whole");
        } catch (error) {
          broken.resolve(error);
          throw error;
        }
        throw new Error("unreachable");
      },
    });
    const client = httpRequest(`${url}/v1/assets`, { method: "POST", headers });
    client.on("error", () => {});
    client.write(head);
    client.write(CHUNK);
    await started.promise;
    client.destroy();
    expect(await broken.promise).toBeInstanceOf(Error);
  });

  test.each(["as it is", "in a form"])("one over the limit %s is refused while the client still sends", async (way) => {
    const { fetch } = await serve({ ...memoryAssets() }, { maxUploadBytes: 100_000 });
    const bytes = Buffer.alloc(5_000_000);
    const body = way === "as it is" ? new Uint8Array(bytes) : form({}, [["f", bytes, "big.bin"]]);
    const problem = await problemOf(await fetch("/v1/assets", { method: "POST", body }));
    expect(problem).toMatchObject({ status: 413, code: "too-large" });
  });

  test.each(["as it is", "in a form"])("a store that drops one %s does not drop the client", async (way) => {
    const { fetch } = await serve({
      async upload({ bytes }) {
        bytes.destroy();
        throw new TuttiError("unsupported-media", "not that");
      },
    });
    const bytes = Buffer.alloc(5_000_000);
    const body = way === "as it is" ? new Uint8Array(bytes) : form({}, [["f", bytes, "big.bin"]]);
    const problem = await problemOf(await fetch("/v1/assets", { method: "POST", body }));
    expect(problem).toMatchObject({ status: 415, detail: "not that" });
  });
});
