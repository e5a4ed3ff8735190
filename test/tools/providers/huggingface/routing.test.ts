/** Who is asked: does the library's routing work through our fetch, and does nothing of it pass by the guard? */
import { readFile, writeFile } from "node:fs/promises";
import { INFERENCE_PROVIDERS, PROVIDERS_OR_POLICIES } from "@huggingface/inference";
import { describe, expect, it } from "vitest";
import { huggingfaceProvider } from "../../../../tools/providers/huggingface/index.ts";
import { inferenceProviders } from "../../../../tools/providers/huggingface/settings.ts";
import { automaticSpeechRecognition } from "../../../../tools/tasks/automatic-speech-recognition.ts";
import { summarization } from "../../../../tools/tasks/summarization.ts";
import { textToImage } from "../../../../tools/tasks/text-to-image.ts";
import { textToSpeech } from "../../../../tools/tasks/text-to-speech.ts";
import { inputFile, sample } from "../../builtin/run-expert.ts";
import { makeFolder, startExpert } from "../http/connect-http.ts";
import { callHub, jsonOf, newModel, served, setupOf, startHub, TOKEN } from "./connect-hub.ts";

const signal = new AbortController().signal;
const rocket = await readFile(sample("rocket.jpg").path);

it("knows the same providers as the library", () => {
  expect(new Set(inferenceProviders)).toEqual(new Set(PROVIDERS_OR_POLICIES));
  expect(inferenceProviders).toHaveLength(INFERENCE_PROVIDERS.length + 1);
});

describe("a provider", () => {
  it("is the first one that takes calls and that the library knows", async () => {
    const body = {
      inferenceProviderMapping: [
        { provider: "new-and-unheard-of", providerId: "x", status: "live", task: "text-to-image" },
        { provider: "nscale", providerId: "y", status: "staging", task: "text-to-image" },
        { provider: "together", providerId: "black/flux", status: "live", task: "text-to-image" },
      ],
    };
    const hub = await startHub({ body }, () => ({ body: { data: [{ b64_json: rocket.toString("base64") }] } }));
    const { image } = await callHub({ task: textToImage, settings: hub.settings }, { text: "a rocket" });
    expect((await readFile((image as { path: string }).path)).equals(rocket)).toBe(true);
    const sent = hub.received.at(-1);
    expect(sent?.path).toBe("/together/v1/images/generations");
    expect(jsonOf(sent)).toMatchObject({ model: "black/flux", prompt: "a rocket", response_format: "base64" });
  });

  it("takes a form where it wants one", async () => {
    const path = `${await makeFolder()}/voice.wav`;
    await writeFile(path, "RIFF");
    const hub = await startHub(served("automatic-speech-recognition", "together", "whisper"), () => ({
      body: { text: "Hello." },
    }));
    const inputs = { audio: inputFile(path) };
    expect(await callHub({ task: automaticSpeechRecognition, settings: hub.settings }, inputs)).toEqual({
      text: "Hello.",
    });
    expect(hub.received.at(-1)).toMatchObject({
      path: "/together/v1/audio/transcriptions",
      headers: { "content-type": expect.stringContaining("multipart/form-data; boundary=") },
    });
  });

  it("is waited for, and its result fetched without the token from where it is", async () => {
    const elsewhere = await startExpert(() => ({ headers: { "content-type": "image/jpeg" }, body: rocket }));
    let asked = 0;
    const hub = await startHub(served("text-to-image", "fal-ai", "fal-ai/flux"), ({ path }) => {
      if (path.includes("/status")) return { body: { status: ++asked < 2 ? "IN_PROGRESS" : "COMPLETED" } };
      if (path.includes("/requests/")) return { body: { images: [{ url: `${elsewhere.url}/made.jpg` }] } };
      const response_url = "https://queue.fal.run/fal-ai/flux/requests/1";
      return { body: { request_id: "1", status: "IN_QUEUE", response_url } };
    });
    const { image } = await callHub({ task: textToImage, settings: hub.settings }, { text: "a rocket" });
    expect((await readFile((image as { path: string }).path)).equals(rocket)).toBe(true);
    expect(hub.received.map(({ path }) => path.split("?")[0]).slice(1)).toEqual([
      "/fal-ai/fal-ai/flux",
      "/fal-ai/fal-ai/flux/requests/1/status",
      "/fal-ai/fal-ai/flux/requests/1/status",
      "/fal-ai/fal-ai/flux/requests/1",
    ]);
    for (const { headers } of hub.received) expect(headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(elsewhere.received).toHaveLength(1);
    expect(elsewhere.received[0]?.headers).not.toHaveProperty("authorization");
  });

  it("can't be one that does not run the model", async () => {
    const hub = await startHub(served("text-to-image", "together"), () => ({ body: {} }));
    const settings = { provider: "nscale", ...hub.settings } as const;
    await expect(callHub({ task: textToImage, settings }, { text: "x" })).rejects.toMatchObject({
      code: "expert-unavailable",
      message: expect.stringContaining("settings.provider"),
    });
    expect(hub.received).toHaveLength(1);
  });

  it.each([
    ["another task", served("text-to-speech"), "not supported for task text-to-image"],
    ["nobody", { body: { inferenceProviderMapping: {} } }, "settings.endpointUrl"],
    ["nobody at all", { body: {} }, "settings.endpointUrl"],
    [
      "nobody any more",
      { body: { inferenceProviderMapping: { together: { status: "error", providerId: "x", task: "text-to-image" } } } },
      "settings.endpointUrl",
    ],
    ["no model", { status: 404, body: { error: "Repository not found" } }, "there is no model"],
    ["a private model", { status: 401, body: { error: "Invalid username or password." } }, "secrets.token"],
  ])("is not found for %s", async (_what, mapping, message) => {
    const hub = await startHub(mapping, () => ({ body: {} }));
    await expect(callHub({ task: textToImage, settings: hub.settings }, { text: "x" })).rejects.toMatchObject({
      code: "expert-unavailable",
      retryable: false,
      message: expect.stringContaining(message),
    });
  });
});

describe("the guard", () => {
  const task = textToSpeech;

  it("also stands before what the library fetches by itself, and before it only", async () => {
    const inner = await startExpert(() => ({ body: rocket }));
    const body = { output: [`${inner.url}/secret`] };
    const hub = await startHub(served("text-to-image"), () => ({ body }));
    const allowHosts = [new URL(hub.url).host];
    const call = callHub({ task: textToImage, settings: hub.settings, allowHosts }, { text: "x" });
    // Another fetch of the process at the same time is not this call's.
    expect((await fetch(inner.url)).status).toBe(200);
    await expect(call).rejects.toMatchObject({
      code: "expert-failed",
      message: expect.stringContaining("points at a result that is not to be had"),
    });
    expect(inner.received.map(({ path }) => path)).toEqual(["/"]);
  });

  it.each([
    "http://127.0.0.1:8/",
    "http://169.254.169.254/latest/meta-data/",
    "file:///etc/passwd",
    "ftp://x/y",
    "http://[::1]:9/",
  ])("lets no answer lead to %s", async (output) => {
    const hub = await startHub(served("text-to-image"), () => ({ body: { output: [output] } }));
    const call = callHub({ task: textToImage, settings: hub.settings }, { text: "x" });
    await expect(call).rejects.toMatchObject({ code: "expert-failed" });
  });

  it("refuses an endpoint that nobody allowed, at registration and in a call", async () => {
    const settings = { endpointUrl: "http://127.0.0.1:9/" };
    expect(() => huggingfaceProvider.connect(setupOf({ task, settings, allowHosts: [] }))).toThrow(
      expect.objectContaining({ code: "bad-input", message: expect.stringContaining("allowHosts") }),
    );
  });
});

describe("what it needs", () => {
  const why = (written: Partial<Parameters<typeof setupOf>[0]>) =>
    huggingfaceProvider.whyUnavailable!(setupOf({ task: summarization, ...written }));

  it("is a token that fits who is asked, and a connection", async () => {
    expect(await why({})).toBeUndefined();
    expect(await why({ token: null })).toContain("set secrets.token");
    expect(await why({ token: "sk-1234567" })).toContain("settings.provider");
    expect(await why({ token: "sk-1234567", settings: { provider: "together" } })).toBeUndefined();
    expect(await why({ offline: true })).toContain("TUTTI_OFFLINE");
  });

  it("is nothing for an endpoint of one's own", async () => {
    const settings = { endpointUrl: "https://mine.example/" };
    expect(await why({ token: null, offline: true, settings })).toBeUndefined();
  });
});

describe("a probe", () => {
  const told = { body: { id: "a/b", ...(served("summarization", "together").body as object) } };
  const probe = (settings: object, written: object = {}) =>
    huggingfaceProvider.probe!(setupOf({ task: summarization, settings, ...written }), signal);

  it("asks the hub who runs the model, as whom it will be asked", async () => {
    const hub = await startHub(told, () => ({}));
    await probe({ ...hub.settings });
    await probe({ provider: "together", ...hub.settings });
    expect(hub.received[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    await expect(probe({ provider: "groq", ...hub.settings })).rejects.toMatchObject({
      code: "expert-unavailable",
      message: expect.stringContaining("these do: together"),
    });
  });

  it("never gives the hub the key of another provider", async () => {
    const hub = await startHub(told, () => ({}));
    await probe({ provider: "together", ...hub.settings }, { token: "sk-secret-key" });
    expect(hub.received[0]?.headers).not.toHaveProperty("authorization");
  });

  it.each([
    ["nobody runs it", { body: { id: "a/b" } }, "settings.endpointUrl"],
    ["it is switched off", { body: { id: "a/b", disabled: true } }, "switched"],
    ["there is none", { status: 404, body: {} }, "no model"],
    ["the hub is broken", { body: "<html>" }, "not JSON"],
  ])("says that %s", async (_what, mapping, message) => {
    const hub = await startHub(mapping, () => ({}));
    await expect(probe({ ...hub.settings })).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });

  it("asks no endpoint: not every server on one knows how", async () => {
    const { url, received } = await startExpert(() => ({}));
    await probe({ endpointUrl: url });
    expect(received).toEqual([]);
  });

  it("says soon that the hub can't be reached", async () => {
    await expect(probe({ hubUrl: "http://127.0.0.1:9" })).rejects.toMatchObject({
      code: expect.stringMatching(/^expert-/),
    });
  });
});

describe("a registration", () => {
  it.each([
    [{}],
    [{ model: "https://huggingface.co/acme/x" }],
    [{ model: "acme/../x" }],
    [{ model: "acme/x", provider: "nobody" }],
    [{ model: "acme/x", provider: "together", endpointUrl: "https://mine.example" }],
    [{ model: "acme/x", parameters: { messages: [] } }],
    [{ model: "acme/x", temperature: 1 }],
  ])("with the settings %j is refused", (settings) => {
    expect(huggingfaceProvider.settings.safeParse(settings).success).toBe(false);
  });

  it("takes old names without an owner", () => {
    expect(huggingfaceProvider.settings.parse({ model: "gpt2" })).toMatchObject({ model: "gpt2" });
    expect(newModel()).toMatch(/^acme\//);
  });
});
