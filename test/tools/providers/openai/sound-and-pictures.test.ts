/** Do recordings arrive whole, and is what was made kept as what it is? */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { OutputFile } from "../../../../tools/define-expert.ts";
import { automaticSpeechRecognition } from "../../../../tools/tasks/automatic-speech-recognition.ts";
import { textToImage } from "../../../../tools/tasks/text-to-image.ts";
import { textToSpeech } from "../../../../tools/tasks/text-to-speech.ts";
import { sample } from "../../builtin/run-expert.ts";
import { startExpert } from "../http/connect-http.ts";
import { callOpenai, contextOf, faultOf, formIn, KEY, refusal, sentIn } from "./connect-openai.ts";

const media = join(import.meta.dirname, "../../../fixtures/media");

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe("a transcription", () => {
  const task = automaticSpeechRecognition;

  it.each([
    ["tone.wav", "audio/wav", "recording.wav"],
    ["tone.mp3", "audio/mpeg", "recording.mp3"],
    ["tone.m4a", "audio/mp4", "recording.m4a"],
    ["tone.flac", "audio/flac", "recording.flac"],
    ["tone.ogg", "audio/ogg", "recording.ogg"],
  ])("of %s is asked for with a form", async (name, mediaType, sentName) => {
    const { url, received } = await startExpert(() => ({
      body: { text: " Hello. ", usage: { type: "tokens", input_tokens: 14, output_tokens: 2 } },
    }));
    const path = join(media, name);
    const audio = { path, mediaType, name: 'Notiz von "Ann".x' };
    const settings = {
      prompt: "Tutti, Ann",
      options: { language: "en", temperature: 0 },
      extra: { chunking_strategy: "auto" },
    };
    const context = await contextOf();
    await expect(callOpenai({ task, url, settings }, { audio }, context)).resolves.toEqual({ text: "Hello." });
    expect(received[0]).toMatchObject({
      method: "POST",
      path: "/v1/audio/transcriptions",
      headers: {
        authorization: `Bearer ${KEY}`,
        "content-type": expect.stringMatching(/^multipart\/form-data; boundary=/),
      },
    });
    const form = await formIn(received[0]!);
    const file = form.get("file") as File;
    expect(file).toMatchObject({ name: sentName, type: mediaType });
    expect(sha256(await file.bytes())).toBe(sha256(await readFile(path)));
    form.delete("file");
    expect(Object.fromEntries(form)).toEqual({
      model: "tested-1",
      prompt: "Tutti, Ann",
      language: "en",
      temperature: "0",
      response_format: "json",
      chunking_strategy: "auto",
    });
    expect(context.told).toEqual([{ inputTokens: 14, outputTokens: 2 }]);
  });

  it("of silence is empty, and of nothing readable the caller's fault", async () => {
    const audio = { path: join(media, "tone.wav"), mediaType: "audio/wav", name: "a.wav" };
    const { url } = await startExpert(() => ({ body: { text: "" } }));
    await expect(callOpenai({ task, url }, { audio })).resolves.toEqual({ text: "" });
    const { url: picky } = await startExpert(() => refusal(400, "Audio too short.", { code: "audio_too_short" }));
    await expect(faultOf({ task, url: picky }, { audio })).resolves.toMatchObject({ code: "bad-input" });
    const { url: odd } = await startExpert(() => ({ body: { words: [] } }));
    await expect(faultOf({ task, url: odd }, { audio })).resolves.toMatchObject({ code: "expert-failed" });
  });
});

describe("speech", () => {
  const task = textToSpeech;

  it("is kept as what it is", async () => {
    const bytes = await readFile(join(media, "tone.wav"));
    const { url, received } = await startExpert(() => ({ headers: { "content-type": "audio/mpeg" }, body: bytes }));
    const settings = { options: { voice: "nova", speed: 1.2, format: "wav", instructions: "Slowly." } };
    const context = await contextOf();
    const { audio } = await callOpenai({ task, url, settings }, { text: "Hello." }, context);
    expect(received[0]).toMatchObject({ method: "POST", path: "/v1/audio/speech" });
    expect(sentIn(received[0])).toEqual({
      model: "tested-1",
      input: "Hello.",
      voice: "nova",
      speed: 1.2,
      instructions: "Slowly.",
      response_format: "wav",
    });
    const file = audio as OutputFile;
    expect(file).toMatchObject({ mediaType: "audio/wav", name: "audio.wav" });
    expect(file.path.startsWith(`${context.scratch}/`)).toBe(true);
    expect(sha256(await readFile(file.path))).toBe(sha256(bytes));
  });

  it("has a voice and a format though nobody chose them", async () => {
    const bytes = await readFile(join(media, "tone.mp3"));
    const { url, received } = await startExpert(() => ({ body: bytes }));
    const { audio } = await callOpenai({ task, url }, { text: "Hello." });
    expect(audio).toMatchObject({ mediaType: "audio/mpeg", name: "audio.mp3" });
    expect(sentIn(received[0])).toMatchObject({ voice: "alloy", response_format: "mp3" });
  });

  it.each([
    ["JSON", { body: { audio: "UklGRg==" } }, "JSON in place of sound"],
    ["a page", { body: "<html>Welcome</html>" }, "output audio can't be used"],
    ["a text", { body: "Welcome" }, "text/plain in place of audio"],
    ["nothing", { body: "" }, "output audio"],
  ])("that is %s fails", async (_what, reply, message) => {
    const { url } = await startExpert(() => reply);
    await expect(faultOf({ task, url }, { text: "Hello." })).resolves.toMatchObject({
      code: "expert-failed",
      message: expect.stringContaining(message),
    });
  });
});

describe("a picture", () => {
  const task = textToImage;
  const picture = readFile(sample("rocket.jpg").path);

  it.each(["b64_json", "URL", "relative URL", "data URL"])("comes as %s and is kept as what it is", async (way) => {
    const bytes = await picture;
    const data = bytes.toString("base64");
    const { url, received } = await startExpert(({ method, headers }) => {
      if (method === "GET") return { headers: { "content-type": "application/octet-stream" }, body: bytes };
      const at = {
        URL: `http://${headers.host}/files/1.png`,
        "relative URL": "/files/1.png",
        "data URL": `data:image/png;base64,${data}`,
      };
      const one = way === "b64_json" ? { b64_json: data, url: null } : { url: at[way as keyof typeof at] };
      return { body: { created: 1, data: [one], usage: { input_tokens: 9, output_tokens: 400 } } };
    });
    const settings = { options: { size: "1024x1024", quality: "low" }, prompt: "A watercolour: {{text}}" };
    const context = await contextOf();
    const { image } = await callOpenai({ task, url, settings }, { text: "a rocket" }, context);
    expect(received[0]).toMatchObject({ method: "POST", path: "/v1/images/generations" });
    expect(sentIn(received[0])).toEqual({
      model: "tested-1",
      prompt: "A watercolour: a rocket",
      n: 1,
      size: "1024x1024",
      quality: "low",
      response_format: "b64_json",
    });
    const file = image as OutputFile;
    expect(file).toMatchObject({ mediaType: "image/jpeg", name: "image.jpg" });
    expect(sha256(await readFile(file.path))).toBe(sha256(bytes));
    expect(context.told).toEqual([{ inputTokens: 9, outputTokens: 400 }]);
  });

  it("is asked for otherwise where the server knows no response_format", async () => {
    const data = (await picture).toString("base64");
    const { url, received } = await startExpert((one) =>
      "response_format" in sentIn(one)
        ? refusal(400, "Unknown parameter: 'response_format'.", { param: "response_format" })
        : { body: { data: [{ b64_json: data }] } },
    );
    await expect(callOpenai({ task, url }, { text: "a rocket" })).resolves.toMatchObject({
      image: { name: "image.jpg" },
    });
    expect(received).toHaveLength(2);
  });

  it("elsewhere is fetched without the key, and only where that may be", async () => {
    const bytes = await picture;
    const { url: store, received } = await startExpert(() => ({ body: bytes }));
    const { url } = await startExpert(() => ({ body: { data: [{ url: `${store}/1.png` }] } }));
    await callOpenai({ task, url }, { text: "a rocket" });
    expect(received[0]?.headers).not.toHaveProperty("authorization");
    const allowHosts = [new URL(url).host];
    await expect(faultOf({ task, url, allowHosts }, { text: "a rocket" })).resolves.toMatchObject({
      code: "expert-unavailable",
      message: expect.stringContaining("allowHosts"),
    });
    expect(received).toHaveLength(1);
  });

  it.each([
    ["there is none", { data: [] }, "without a picture"],
    ["it is nowhere", { data: [{ url: "http://" }] }, "at no URL"],
    ["it is at no URL of the web", { data: [{ url: "file:///etc/passwd" }] }, "file"],
    ["it is no base64", { data: [{ b64_json: "<svg>" }] }, "not base64"],
    [
      "it is a text",
      { data: [{ b64_json: Buffer.from("Welcome").toString("base64") }] },
      "text/plain in place of image",
    ],
  ])("fails where %s", async (_what, body, message) => {
    const { url } = await startExpert(() => ({ body }));
    const fault = await faultOf({ task, url }, { text: "a rocket" });
    expect(fault).toMatchObject({ message: expect.stringContaining(message) });
    expect(fault).toHaveProperty("code", expect.stringMatching(/^expert-/));
  });

  it("fails where it is gone, and the key is not to blame", async () => {
    const { url } = await startExpert(({ method }) =>
      method === "GET" ? { status: 403, body: "" } : { body: { data: [{ url: "/1.png" }] } },
    );
    await expect(faultOf({ task, url }, { text: "a rocket" })).resolves.toMatchObject({
      code: "expert-failed",
      message: expect.stringContaining("answers 403"),
    });
  });
});
