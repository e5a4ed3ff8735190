/** Doubts: other rates and channels are misheard; silence gets words; the process survives its cancel; it never says what is missing. */
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { automaticSpeechRecognitionExpert } from "../../../../tools/builtin/automatic-speech-recognition.ts";
import { textToSpeechExpert } from "../../../../tools/builtin/text-to-speech.ts";
import { readWav } from "../../../../tools/builtin/speech/read-wav.ts";
import { resample } from "../../../../tools/builtin/speech/resample.ts";
import { type InputFile, inputFile, makeFolder, type OutputFile, runExpert, sample } from "../run-expert.ts";
import { makeWav, sine } from "./make-wav.ts";

function isInstalled(): boolean {
  try {
    execFileSync("sh", ["-c", "command -v pocketsphinx_batch && ls /usr/share/pocketsphinx/model/en-us/en-us.lm.bin"]);
    return true;
  } catch {
    return false;
  }
}

const sentence = "The children are playing football in the garden. She drinks two cups of coffee every day.";

async function hear(audio: InputFile, signal?: AbortSignal): Promise<string> {
  return (await runExpert<{ text: string }>(automaticSpeechRecognitionExpert, { audio }, signal)).text;
}

async function speak(text: string): Promise<OutputFile> {
  return (await runExpert<{ audio: OutputFile }>(textToSpeechExpert, { text })).audio;
}

async function wavFile(bytes: Buffer): Promise<InputFile> {
  const path = join(await makeFolder(), "recording.wav");
  await writeFile(path, bytes);
  return inputFile(path);
}

/** Share of the words of a text that were heard, in whatever order. */
function shareHeard(text: string, heard: string): number {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  const found = new Set(heard.split(" "));
  return words.filter((word) => found.has(word)).length / words.length;
}

// The system package cannot be had through npm: apt-get install pocketsphinx pocketsphinx-en-us.
describe.skipIf(!isInstalled())("speech recognition (needs pocketsphinx_batch and its English model)", () => {
  it("writes down what the built-in voice says", async () => {
    const heard = await hear(await speak(sentence));
    expect(shareHeard(sentence, heard)).toBeGreaterThan(0.85);
    expect(heard).toMatch(/^[a-z' ]+$/);
  });

  it("hears the same in a stereo recording of 44.1 kHz and 24 bits", async () => {
    const { path } = await speak(sentence);
    const sound = await readWav(path, "speech.wav", { seconds: 60, bytes: 1e7 });
    const samples = [...resample(sound, 44_100)];
    const heard = await hear(await wavFile(makeWav(samples, { channels: 2, bits: 24, sampleRate: 44_100 })));
    expect(shareHeard(sentence, heard)).toBeGreaterThan(0.85);
  });

  it("hears a recording of more than one piece to its end", async () => {
    const long = `${sentence} My brother bought a red car last summer. It was raining when we arrived at the hotel.
      Please close the window before you leave the room. We will meet at the station tomorrow morning.
      The book on the table belongs to my teacher.`;
    const heard = await hear(await speak(long));
    expect(shareHeard(long, heard)).toBeGreaterThan(0.85);
    expect(heard).toContain("teacher");
  });

  it("gives no words to silence", async () => {
    const silence = await wavFile(makeWav(sine(100, 16_000, 1, 0)));
    await expect(hear(silence)).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining("silent"),
    });
  });

  it("refuses what is no WAV, and says what it reads", async () => {
    await expect(hear(sample("coffee.png"))).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringMatching(/coffee\.png is no WAV file.*WAV/),
    });
  });

  it("stops when it is aborted in the middle", async () => {
    const audio = await speak(sentence);
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 300);
    await expect(hear(audio, abort.signal)).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("the card of speech recognition", () => {
  it("says what it needs and how to get it", () => {
    expect(automaticSpeechRecognitionExpert.card.needs?.commands).toEqual(["pocketsphinx_batch"]);
    expect(automaticSpeechRecognitionExpert.card.fix).toContain("apt-get install pocketsphinx pocketsphinx-en-us");
  });
});
