/** Is what can't work told at registration, saying what to change? Does a probe tell the truth? */
import { describe, expect, it } from "vitest";
import { defineTask } from "../../../../src/registry/task-spec.ts";
import { openaiProvider } from "../../../../tools/providers/openai/index.ts";
import { automaticSpeechRecognition } from "../../../../tools/tasks/automatic-speech-recognition.ts";
import { featureExtraction } from "../../../../tools/tasks/feature-extraction.ts";
import { imageSegmentation } from "../../../../tools/tasks/image-segmentation.ts";
import { imageToText } from "../../../../tools/tasks/image-to-text.ts";
import { objectDetection } from "../../../../tools/tasks/object-detection.ts";
import { summarization } from "../../../../tools/tasks/summarization.ts";
import { textToImage } from "../../../../tools/tasks/text-to-image.ts";
import { textToSpeech } from "../../../../tools/tasks/text-to-speech.ts";
import { startExpert, type Received, type Reply } from "../http/connect-http.ts";
import { callOpenai, connectOpenai, KEY, refusal, setupOf } from "./connect-openai.ts";

const baseUrl = "https://models.example.com/v1";

describe("settings", () => {
  it.each([
    [{}],
    [{ model: "m" }],
    [{ baseUrl }],
    [{ baseUrl: "models.example.com/v1", model: "m" }],
    [{ baseUrl: "ftp://models.example.com/v1", model: "m" }],
    [{ baseUrl: `${baseUrl}/chat/completions`, model: "m" }],
    [{ baseUrl: `${baseUrl}?key=1`, model: "m" }],
    [{ baseUrl, model: "" }],
    [{ baseUrl, model: "m", api: "completions" }],
    [{ baseUrl, model: "m", options: { temprature: 1 } }],
    [{ baseUrl, model: "m", options: { format: "pcm" } }],
  ])("%j are refused", (settings) => {
    expect(openaiProvider.settings.safeParse(settings).success).toBe(false);
  });

  it("may have a path with the name of a model in it", () => {
    const settings = { baseUrl: "https://host.example.com/models/org/m/v1", model: "m" };
    expect(openaiProvider.settings.safeParse(settings).success).toBe(true);
  });
});

describe("a registration", () => {
  const url = "https://models.example.com";

  it.each([
    ["a picture from a picture", { task: imageSegmentation }, "gives no image (image)"],
    ["boxes with a prompt of one's own", { task: objectDetection, settings: { prompt: "Find." } }, "gives no boxes"],
    [
      "speech from embeddings",
      { task: textToSpeech, settings: { api: "embeddings" } },
      "embeddings makes embedding of text",
    ],
    ["a vector from a chat", { task: featureExtraction, settings: { api: "chat" } }, "gives no embedding"],
    [
      "an option of another API",
      { task: summarization, settings: { options: { voice: "nova" } } },
      "options.voice means nothing for chat",
    ],
    [
      "batches of chats",
      { task: summarization, limits: { batch: { max: 4, waitMs: 0, memoryMiB: 0 } } },
      "limits.batch",
    ],
    ["a secret of another name", { task: summarization, secrets: { token: KEY } }, "apiKey"],
    ["a key among what is shown", { task: summarization, settings: { headers: { Authorization: "x" } } }, "secrets"],
    ["a key that can't be sent", { task: summarization, secrets: { apiKey: `${KEY}\nx: y` } }, "authorization"],
  ])("for %s is refused, saying why", (_what, written, message) => {
    const connect = () => connectOpenai({ url, ...written });
    expect(connect).toThrow(expect.objectContaining({ code: "bad-input", message: expect.stringContaining(message) }));
    expect(connect).toThrow(expect.objectContaining({ message: expect.not.stringContaining(KEY) }));
  });

  it("for a private address needs an admin's leave", () => {
    const written = { task: summarization, url: "http://127.0.0.1:8000" };
    expect(() => connectOpenai({ ...written, allowHosts: [] })).toThrow(
      expect.objectContaining({ code: "bad-input", message: expect.stringContaining("allowHosts") }),
    );
    expect(() => connectOpenai({ ...written, allowHosts: ["127.0.0.1:8000"] })).not.toThrow();
  });

  it.each([
    [summarization, { text: "x" }, "/v1/chat/completions"],
    [featureExtraction, { text: "x" }, "/v1/embeddings"],
    [textToSpeech, { text: "x" }, "/v1/audio/speech"],
    [textToImage, { text: "x" }, "/v1/images/generations"],
    [
      automaticSpeechRecognition,
      { audio: { path: import.meta.filename, mediaType: "audio/wav", name: "a" } },
      "/v1/audio/transcriptions",
    ],
  ])("finds the part of the API by the types of the task: $id", async (task, inputs, path) => {
    const { url: here, received } = await startExpert(() => ({ body: {} }));
    await callOpenai({ task, url: here }, inputs).catch(() => {});
    expect(received[0]?.path).toBe(path);
  });

  it("does the same for a task of somebody's own", async () => {
    const task = defineTask({
      id: "mood-of-voice",
      title: "Mood",
      description: "Tell the mood of a voice.",
      inputs: { voice: { type: "audio", description: "The voice." } },
      outputs: { mood: { type: "labels", description: "Moods." } },
    });
    const { url: here, received } = await startExpert(() => ({ body: {} }));
    const voice = { path: import.meta.filename, mediaType: "audio/mpeg", name: "a" };
    await callOpenai({ task, url: here }, { voice }).catch(() => {});
    expect(received[0]?.path).toBe("/v1/chat/completions");
    expect(received[0]?.body.toString()).toContain('"format":"mp3"');
  });
});

describe("a probe", () => {
  const signal = new AbortController().signal;
  const listed = (...ids: string[]): Reply => ({
    body: { object: "list", data: ids.map((id) => ({ id, object: "model" })) },
  });

  async function probe(reply: (received: Received) => Reply) {
    const { url, received } = await startExpert(reply);
    const outcome = await openaiProvider.probe!(setupOf({ task: imageToText, url }), signal).then(
      () => "well",
      (error: unknown) => error,
    );
    return { outcome, received };
  }

  it("asks for the models, with the key", async () => {
    const { outcome, received } = await probe(() => listed("other", "tested-1"));
    expect(outcome).toBe("well");
    expect(received).toMatchObject([
      { method: "GET", path: "/v1/models", headers: { authorization: `Bearer ${KEY}` } },
    ]);
  });

  it.each([
    ["has another name for its only model", () => listed("/models/file.gguf")],
    ["has no list", () => ({ status: 404, body: { detail: "Not Found" } })],
    [
      "does not list deployments",
      ({ path }: Received) => (path === "/v1/models" ? listed("a") : refusal(404, "Resource not found")),
    ],
  ])("is content with a server that %s", async (_what, reply) => {
    expect((await probe(reply)).outcome).toBe("well");
  });

  it.each([
    [
      "says itself that the model isn't there",
      ({ path }: Received) =>
        path === "/v1/models"
          ? listed("a", "b")
          : refusal(404, "The model 'tested-1' does not exist", { code: "model_not_found" }),
      "no model tested-1; it has a, b",
    ],
    ["refuses the key", () => refusal(401, `Incorrect API key provided: ${KEY}`), "check the secret apiKey"],
    ["is loading", () => ({ status: 503, body: { error: { message: "Loading model" } } }), "503: Loading model"],
    ["is a web site", () => ({ headers: { "content-type": "text/html" }, body: "<h1>Hi</h1>" }), "not JSON"],
  ])("tells of a server that %s", async (_what, reply, message) => {
    const { outcome } = await probe(reply);
    expect(outcome).toMatchObject({ code: "expert-unavailable", message: expect.stringContaining(message) });
    expect(outcome).toHaveProperty("message", expect.not.stringContaining(KEY));
  });

  it("tells of a server that isn't there", async () => {
    const setup = setupOf({ task: imageToText, url: "http://127.0.0.1:9", allowHosts: ["127.0.0.1:9"] });
    await expect(openaiProvider.probe!(setup, signal)).rejects.toMatchObject({ code: "expert-unavailable" });
  });
});
