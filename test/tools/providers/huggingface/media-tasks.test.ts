/** Does every task on pictures and sound send what a server of the hub expects, and read what it answers, to the byte? */
import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { makeWav } from "../../builtin/speech/make-wav.ts";
import { sample } from "../../builtin/run-expert.ts";
import { pictureFile, pixelsOf } from "../../builtin/vision/pictures.ts";
import { call, taskOf } from "./call-task.ts";
import { callHub, jsonOf, served, startHub } from "./connect-hub.ts";

const coffee = sample("coffee.png");
const labels = [
  { label: "cup", score: 0.7 },
  { label: "spoon", score: 0.2 },
];

describe("a picture", () => {
  it("goes as its bytes, and is classified", async () => {
    const { outputs, sent } = await call("image-classification", { image: coffee }, labels);
    expect(outputs).toEqual({ labels, text: "cup" });
    expect(sent?.headers["content-type"]).toBe("image/png");
    expect(sent?.body.equals(await readFile(coffee.path))).toBe(true);
  });

  it("goes in base64 beside the candidates", async () => {
    const { outputs, sent } = await call(
      "zero-shot-image-classification",
      { image: coffee, labels: "cup, spoon" },
      labels,
    );
    expect(outputs).toMatchObject({ text: "cup" });
    expect(jsonOf(sent)).toEqual({
      inputs: { image: await readFile(coffee.path, "base64") },
      parameters: { candidate_labels: ["cup", "spoon"] },
    });
  });

  it("has things in it, of which only the wanted ones are kept", async () => {
    const box = { xmin: 1, ymin: 2, xmax: 30, ymax: 40 };
    const body = [
      { label: "cup", score: 0.5, box },
      { label: "dog", score: 0.9, box },
      { label: "cup", score: 0.8, box },
    ];
    const all = await call("object-detection", { image: coffee }, body);
    expect(all.outputs).toMatchObject({ count: 3, text: "2 cups, 1 dog", boxes: [{ score: 0.9 }, {}, {}] });
    const cups = await call("object-detection", { image: coffee, labels: "cups" }, body);
    expect(cups.outputs).toMatchObject({ count: 2, text: "2 cups", boxes: [{ score: 0.8 }, { score: 0.5 }] });
  });

  it("is painted over where its segments are", async () => {
    const white = await pictureFile(
      "white.png",
      sharp({ create: { width: 8, height: 4, channels: 3, background: "#ffffff" } }).png(),
    );
    const left = sharp({ create: { width: 8, height: 4, channels: 3, background: "#000000" } }).composite([
      { input: { create: { width: 4, height: 4, channels: 3, background: "#ffffff" } }, left: 0, top: 0 },
    ]);
    const mask = (await left.png().toBuffer()).toString("base64");
    const { outputs } = await call("image-segmentation", { image: white }, [{ label: "cat", score: 0.9, mask }]);
    const pixels = await pixelsOf(outputs["image"] as { path: string });
    expect([pixels.width, pixels.height]).toEqual([8, 4]);
    expect(pixels.at(7, 0)).toEqual([255, 255, 255]);
    expect(pixels.at(0, 0)).not.toEqual([255, 255, 255]);
  });

  it("has a caption, and answers questions", async () => {
    expect((await call("image-to-text", { image: coffee }, { generated_text: "a cup" })).outputs).toEqual({
      text: "a cup",
    });
    for (const id of ["visual-question-answering", "document-question-answering"]) {
      const { outputs, sent } = await call(id, { image: coffee, question: "What?" }, [{ answer: "a cup", score: 0.9 }]);
      expect(outputs).toEqual({ text: "a cup" });
      expect(jsonOf(sent)).toEqual({ inputs: { question: "What?", image: await readFile(coffee.path, "base64") } });
    }
  });

  it("is shown to a model that chats, where the settings or the task say so", async () => {
    const completion = { id: "1", created: 1, model: "m", usage: {}, choices: [{ message: { content: "A cup." } }] };
    const hub = await startHub(served("conversational"), () => ({ body: completion }));
    const settings = { api: "chat", ...hub.settings } as const;
    expect(await callHub({ task: taskOf("image-to-text"), settings }, { image: coffee })).toEqual({ text: "A cup." });
    expect(
      await callHub(
        { task: taskOf("image-text-to-text"), settings: hub.settings },
        { images: [coffee], text: "Look." },
      ),
    ).toEqual({ text: "A cup." });
    for (const sent of hub.received) {
      const { messages } = jsonOf(sent) as { messages: { content: { type: string; image_url?: { url: string } }[] }[] };
      expect(messages.at(-1)?.content.map(({ type }) => type)).toEqual(["image_url", "text"]);
      expect(messages.at(-1)?.content[0]?.image_url?.url).toMatch(/^data:image\/(png|jpeg);base64,/);
    }
  });

  it.each([
    ["image-to-image", { image: coffee, text: "make it red" }],
    ["text-to-image", { text: "a lighthouse" }],
  ])("comes back as bytes from %s", async (id, inputs) => {
    const bytes = await readFile(sample("rocket.jpg").path);
    const hub = await startHub(served(id), () => ({ headers: { "content-type": "image/jpeg" }, body: bytes }));
    const outputs = await callHub({ task: taskOf(id), settings: hub.settings }, inputs);
    const file = outputs["image"] as { path: string; mediaType: string };
    expect(file.mediaType).toBe("image/jpeg");
    expect((await readFile(file.path)).equals(bytes)).toBe(true);
  });

  it("goes as it is where there is nothing to say besides", async () => {
    const bytes = await readFile(sample("rocket.jpg").path);
    const hub = await startHub(served("image-to-image"), () => ({
      headers: { "content-type": "image/jpeg" },
      body: bytes,
    }));
    await callHub({ task: taskOf("image-to-image"), settings: hub.settings }, { image: coffee });
    expect(hub.received.at(-1)?.body.equals(await readFile(coffee.path))).toBe(true);
  });
});

describe("sound", () => {
  const recording = async () => {
    const wav = makeWav(Array.from({ length: 1600 }, (_, at) => Math.sin(at / 8) / 2));
    return { wav: Buffer.from(wav), file: { ...(await pictureFile("voice.wav", wav)), mediaType: "audio/wav" } };
  };

  it("is written down and classified", async () => {
    const { wav, file } = await recording();
    const heard = await call("automatic-speech-recognition", { audio: file }, { text: " Hello. " });
    expect(heard.outputs).toEqual({ text: "Hello." });
    expect(heard.sent?.headers["content-type"]).toBe("audio/wav");
    expect(heard.sent?.body.equals(wav)).toBe(true);
    expect((await call("audio-classification", { audio: file }, labels)).outputs).toEqual({ labels, text: "cup" });
  });

  it("comes back, in base64 or as bytes", async () => {
    const { wav, file } = await recording();
    const body = [{ label: "voice", "content-type": "audio/wav", blob: wav.toString("base64") }];
    const cleaned = (await call("audio-to-audio", { audio: file }, body)).outputs["audio"] as { path: string };
    expect((await readFile(cleaned.path)).equals(wav)).toBe(true);
    const hub = await startHub(served("text-to-speech"), () => ({
      headers: { "content-type": "audio/wav" },
      body: wav,
    }));
    const { audio } = await callHub({ task: taskOf("text-to-speech"), settings: hub.settings }, { text: "Hello" });
    expect(audio).toMatchObject({ mediaType: "audio/wav" });
  });
});
