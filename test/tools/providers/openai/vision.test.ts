/** Do pictures and recordings reach the model as what they show and sound like? Is what it says of them told? */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { automaticSpeechRecognition } from "../../../../tools/tasks/automatic-speech-recognition.ts";
import { documentQuestionAnswering } from "../../../../tools/tasks/document-question-answering.ts";
import { imageToText } from "../../../../tools/tasks/image-to-text.ts";
import { opticalCharacterRecognition } from "../../../../tools/tasks/optical-character-recognition.ts";
import { visualQuestionAnswering } from "../../../../tools/tasks/visual-question-answering.ts";
import { inputFile, sample } from "../../builtin/run-expert.ts";
import { makeFolder, startExpert } from "../http/connect-http.ts";
import { callOpenai, completion, faultOf, KEY, refusal, sentIn, streamed, wordsIn } from "./connect-openai.ts";

describe("a picture", () => {
  interface Sent {
    readonly messages: readonly { readonly content: readonly { type: string; image_url?: { url: string } }[] }[];
  }

  it.each([
    ["to describe it", imageToText, {}],
    ["with a question", visualQuestionAnswering, { question: "What is in the cup?" }],
    ["with a question about a page", documentQuestionAnswering, { question: "What is in the cup?" }],
    ["to read it", opticalCharacterRecognition, {}],
  ])("goes along as what it shows, %s", async (_what, task, words) => {
    const { url, received } = await startExpert(() => streamed(["Black ", "coffee"]));
    const image = sample("coffee.png");
    const outputs = await callOpenai({ task, url }, { image, ...words });
    expect(outputs).toMatchObject({ text: "Black coffee" });
    const { content } = (sentIn(received[0]) as unknown as Sent).messages.at(-1)!;
    const shown = content.filter(({ type }) => type === "image_url");
    expect(shown).toHaveLength(1);
    const sent = sharp(Buffer.from(shown[0]!.image_url!.url.split(",")[1]!, "base64"));
    const { width, height } = await sent.metadata();
    const original = await sharp(image.path).metadata();
    expect(width / height).toBeCloseTo(original.width / original.height, 1);
    // The same colours, as far as JPEG keeps them.
    const small = (from: Sharp) => from.flatten().removeAlpha().resize(4, 4, { fit: "fill" }).raw().toBuffer();
    const [a, b] = [await small(sent), await small(sharp(image.path))];
    a.forEach((value, at) => expect(Math.abs(value - b[at]!)).toBeLessThan(12));
    if ("question" in words) expect(wordsIn(received[0])).toContain(words.question);
  });

  it("that is broken is the caller's fault, and nobody is asked", async () => {
    const { url, received } = await startExpert(() => completion("ok"));
    const path = join(await makeFolder(), "half.png");
    await writeFile(path, (await readFile(sample("coffee.png").path)).subarray(0, 3000));
    for (const task of [imageToText, opticalCharacterRecognition]) {
      await expect(faultOf({ task, url }, { image: inputFile(path) })).resolves.toMatchObject({ code: "bad-input" });
    }
    expect(received).toEqual([]);
  });

  it("may have an admin's own prompt", async () => {
    const { url, received } = await startExpert(() => completion("ok"));
    const settings = { prompt: "Say in three words what this shows." };
    await callOpenai({ task: imageToText, url, settings }, { image: sample("coffee.png") });
    expect(wordsIn(received[0])).toBe(settings.prompt);
  });

  it("without words in it has none, and no boxes are made up", async () => {
    const { url } = await startExpert(() => completion("[no text]"));
    const outputs = await callOpenai({ task: opticalCharacterRecognition, url }, { image: sample("coffee.png") });
    expect(outputs).toEqual({ text: "", boxes: [] });
  });

  it("that the model can't see makes the expert unfit, and a fault of the key stays one", async () => {
    const blind = refusal(500, "image input is not supported - hint: you may need to provide the mmproj");
    for (const [reply, advice] of [
      [blind, "takes no such input"],
      [refusal(401, `Incorrect API key provided: ${KEY}`), "check the secret apiKey"],
    ] as const) {
      const { url } = await startExpert(() => reply);
      const fault = await faultOf({ task: imageToText, url }, { image: sample("coffee.png") });
      expect(fault).toMatchObject({ code: "expert-unavailable", message: expect.stringContaining(advice) });
      expect(fault).toHaveProperty("message", expect.not.stringContaining(KEY));
    }
  });

  it("never shows the key in what is said of it", async () => {
    const { url } = await startExpert(() => streamed(["Your key: ", KEY.slice(0, 9), KEY.slice(9)]));
    const outputs = await callOpenai({ task: imageToText, url }, { image: sample("coffee.png") });
    expect(outputs).toEqual({ text: "Your key: [secret]" });
  });
});

describe("a recording", () => {
  it("goes to a model that hears, byte by byte", async () => {
    const { url, received } = await startExpert(() => completion("Nothing to hear."));
    const audio = inputFile(join(import.meta.dirname, "../../../fixtures/media/tone.wav"));
    const written = { task: automaticSpeechRecognition, url, settings: { api: "chat" } };
    await expect(callOpenai(written, { audio })).resolves.toEqual({ text: "Nothing to hear." });
    const data = await readFile(audio.path, "base64");
    expect(sentIn(received[0])["messages"]).toEqual([
      {
        role: "user",
        content: [
          { type: "input_audio", input_audio: { data, format: "wav" } },
          { type: "text", text: expect.stringContaining("what is said") },
        ],
      },
    ]);
  });
});
