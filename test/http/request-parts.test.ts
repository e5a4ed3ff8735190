/** Doubt: that every way to send a picture, a sound or a file ends in the one normal form, and none fetches unasked. */
import { describe, expect, test } from "vitest";
import { memoryAssets, png, wav } from "./memory-assets.ts";
import { accepting, submitted } from "./scripted-runs.ts";
import { problemOf, serve, type TestServer } from "./serve.ts";

const pngUrl = `data:image/png;base64,${png.toString("base64")}`;
const pdf = Buffer.from("%PDF-1.7");

async function ask(...content: readonly unknown[]): Promise<{ server: TestServer; response: Response }> {
  const server = await serve({ ...accepting, ...memoryAssets() });
  const response = await server.post("/v1/runs", { messages: [{ role: "user", content }] });
  return { server, response };
}

describe("parts", () => {
  test.each([
    ["a picture", { type: "image_url", image_url: { url: pngUrl, detail: "high" } }, png, { kind: "image" }],
    ["a picture, shorter", { type: "image_url", image_url: pngUrl }, png, { kind: "image" }],
    [
      "a sound",
      { type: "input_audio", input_audio: { data: wav.toString("base64"), format: "wav" } },
      wav,
      { kind: "audio" },
    ],
    [
      "a sound in a container for video",
      { type: "input_audio", input_audio: { data: Buffer.from("\x1aE webm", "latin1").toString("base64") } },
      Buffer.from("\x1aE webm", "latin1"),
      { kind: "video" },
    ],
    [
      "a file",
      {
        type: "file",
        file: { file_data: `data:application/pdf;base64,${pdf.toString("base64")}`, filename: "../a b.pdf" },
      },
      pdf,
      { kind: "document", name: "a b.pdf" },
    ],
    ["a file in bare base64", { type: "file", file: { file_data: pdf.toString("base64") } }, pdf, { kind: "document" }],
    [
      "a picture that says it is something else",
      { type: "image_url", image_url: pngUrl.replace("image/png", "application/octet-stream") },
      png,
      { kind: "image" },
    ],
  ])("%s", async (_name, part, bytes, expected) => {
    const { server, response } = await ask({ type: "text", text: "Look" }, part);
    expect(response.status).toBe(202);
    const { id } = memoryAssets().add(bytes);
    expect(submitted(server.tutti).messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "Look" },
          { type: "asset", asset: id, ...expected },
        ],
      },
    ]);
  });

  test("an asset that is there already, by its id, under its own name or another", async () => {
    const assets = memoryAssets();
    const { id } = assets.add(wav, { name: "voice.wav" });
    const { post, tutti } = await serve({ ...accepting, ...assets });
    const content = [
      { type: "asset", asset: id },
      { type: "asset", asset: id, name: "note.wav" },
      { type: "file", file: { file_id: id } },
    ];
    expect((await post("/v1/runs", { messages: [{ role: "user", content }] })).status).toBe(202);
    const part = { type: "asset", asset: id, kind: "audio", name: "voice.wav" };
    expect(submitted(tutti).messages[0]?.content).toEqual([part, { ...part, name: "note.wav" }, part]);
  });

  test("what a run shows as its request can be sent again", async () => {
    const assets = memoryAssets();
    const { post, tutti } = await serve({ ...accepting, ...assets });
    const content = [
      { type: "text", text: "Look" },
      { type: "image_url", image_url: pngUrl },
    ];
    const first = (await (await post("/v1/runs", { messages: [{ role: "user", content }] })).json()) as {
      request: unknown;
    };
    expect((await post("/v1/runs", first.request)).status).toBe(202);
    const [one, two] = tutti.calls.filter(({ method }) => method === "submit").map(({ args }) => args[0]);
    expect(two).toEqual(one);
  });

  test("a picture alone is a request", async () => {
    expect((await ask({ type: "image_url", image_url: pngUrl })).response.status).toBe(202);
  });

  test("URLs in the words are words", async () => {
    const { response, server } = await ask({ type: "text", text: "What is http://example.com/a.png ?" });
    expect(response.status).toBe(202);
    expect(server.tutti.calls.map(({ method }) => method)).toEqual(["submit"]);
  });
});

describe("what is refused, before anything is stored", () => {
  test.each([
    ["a remote picture", { type: "image_url", image_url: { url: "https://example.com/a.png" } }, 422, "url-refused"],
    ["a remote picture, shorter", { type: "image_url", image_url: "http://localhost/a.png" }, 422, "url-refused"],
    ["a remote file", { type: "file", file: { file_data: "https://example.com/a.pdf" } }, 422, "url-refused"],
    ["a remote sound", { type: "input_audio", input_audio: { data: "http://example.com/a" } }, 422, "url-refused"],
    ["a local file", { type: "image_url", image_url: "file:///etc/passwd" }, 422, "url-refused"],
    ["bad base64", { type: "image_url", image_url: "data:image/png;base64,@@@" }, 400, "invalid-request"],
    ["nothing", { type: "image_url", image_url: "data:image/png;base64," }, 400, "invalid-request"],
    ["an empty sound", { type: "input_audio", input_audio: { data: "" } }, 400, "invalid-request"],
    ["a name instead of a picture", { type: "image_url", image_url: "photo.png" }, 400, "invalid-request"],
  ])("%s", async (_name, part, status, code) => {
    const { response, server } = await ask(
      { type: "text", text: "Look" },
      { type: "image_url", image_url: pngUrl },
      part,
    );
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ status, code });
    expect(problem.detail).toContain("messages.0.content.2");
    expect(server.tutti.calls).toEqual([]);
  });

  test.each([
    { type: "asset", asset: "0".repeat(64) },
    { type: "file", file: { file_id: "0".repeat(64) } },
  ])("an asset that nobody stored: %j", async (part) => {
    expect(await problemOf((await ask(part)).response)).toMatchObject({ status: 404, code: "unknown-asset" });
  });

  test("a part whose bytes are of another kind than it says", async () => {
    const text = { type: "image_url", image_url: "data:image/png,hello" };
    expect(await problemOf((await ask(text)).response)).toMatchObject({ status: 415, code: "unsupported-media" });
    const picture = { type: "input_audio", input_audio: { data: png.toString("base64") } };
    expect(await problemOf((await ask(picture)).response)).toMatchObject({ status: 415, code: "unsupported-media" });
  });

  test("bytes over the limit of an upload", async () => {
    const { post } = await serve({ ...accepting, ...memoryAssets() }, { maxUploadBytes: 10 });
    const content = [{ type: "image_url", image_url: pngUrl }];
    const problem = await problemOf(await post("/v1/runs", { messages: [{ role: "user", content }] }));
    expect(problem).toMatchObject({ status: 413, code: "too-large" });
    expect(problem.detail).toMatch(/^messages\.0\.content\.0\.image_url: /);
  });
});
