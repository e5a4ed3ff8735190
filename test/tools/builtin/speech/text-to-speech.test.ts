/** Doubts: the file is no WAV; it is silent or cut short; long text is not joined; the text becomes an option of the program. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { textToSpeechExpert } from "../../../../tools/builtin/text-to-speech.ts";
import { type OutputFile, runExpert } from "../run-expert.ts";

const HEADER = 44;
const RATE = 16_000;

async function say(text: string) {
  const { audio } = await runExpert<{ audio: OutputFile }>(textToSpeechExpert, { text });
  const bytes = await readFile(audio.path);
  const samples = Array.from({ length: (bytes.length - HEADER) / 2 }, (_, index) =>
    bytes.readInt16LE(HEADER + index * 2),
  );
  const loudness = Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length) / 32_768;
  return { audio, bytes, seconds: samples.length / RATE, loudness };
}

describe("text to speech", () => {
  it("writes a WAV file as the format wants it: PCM, one channel, 16 bits, 16 kHz", async () => {
    const { audio, bytes } = await say("Good morning.");
    expect(audio).toMatchObject({ name: "speech.wav", mediaType: "audio/wav" });
    expect(bytes.toString("latin1", 0, 4)).toBe("RIFF");
    expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
    expect(bytes.toString("latin1", 8, 16)).toBe("WAVEfmt ");
    expect([20, 22, 32, 34].map((place) => bytes.readUInt16LE(place))).toEqual([1, 1, 2, 16]);
    expect([24, 28].map((place) => bytes.readUInt32LE(place))).toEqual([RATE, RATE * 2]);
    expect(bytes.toString("latin1", 36, 40)).toBe("data");
    expect(bytes.readUInt32LE(40)).toBe(bytes.length - HEADER);
  });

  it("speaks at a human pace, and can be heard", async () => {
    const sentence = "The ferry to the island leaves at half past nine, and the crossing takes about forty minutes.";
    const { seconds, loudness } = await say(sentence);
    const perWord = seconds / sentence.split(" ").length;
    expect(perWord).toBeGreaterThan(0.2);
    expect(perWord).toBeLessThan(0.6);
    expect(loudness).toBeGreaterThan(0.02);
  });

  it("joins the sentences of a long text", async () => {
    const sentence = "We went to the market and bought some apples.";
    const one = await say(sentence);
    const ten = await say(Array.from({ length: 10 }, () => sentence).join(" "));
    expect(ten.seconds).toBeCloseTo(one.seconds * 10, 1);
    expect(ten.loudness).toBeCloseTo(one.loudness, 2);
  });

  it("says numbers and signs, not only letters", async () => {
    expect((await say("1,234,567")).seconds).toBeGreaterThan(2.5);
    expect((await say("5 € & 3 km/h")).seconds).toBeGreaterThan((await say("5 3")).seconds + 0.8);
  });

  it("is pure: the same text gives the same bytes", async () => {
    expect((await say("Once more.")).bytes).toEqual((await say("Once more.")).bytes);
  });

  it("takes a text for a text, even if it looks like an option or a path", async () => {
    for (const text of ["-o /out/other.wav", "--help", "/etc/passwd", "-f ../secret", '"; rm -rf / $(ls)']) {
      const { seconds, loudness } = await say(text);
      expect(seconds).toBeGreaterThan(0.4);
      expect(loudness).toBeGreaterThan(0.01);
    }
  });

  it("leaves control characters, emoji and other scripts out of a sentence", async () => {
    const plain = await say("Hello there, my friend.");
    const noisy = await say("Hello\u0000 there, 😀 my\u001B \u202Efriend.");
    expect(noisy.seconds).toBeCloseTo(plain.seconds, 1);
  });

  it("says one word of 3,000 letters, and refuses what would take an hour", async () => {
    expect((await say("la".repeat(1500))).seconds).toBeGreaterThan(10);
    await expect(say("word ".repeat(10_000))).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining("20000"),
    });
  });

  it.each(["", "  \n", "\u0000\u0001", "😀🎉", "...", "你好，世界", "مرحبا بالعالم", "Привет, как дела?"])(
    "refuses %j: there is nothing that an English voice can say",
    async (text) => {
      await expect(say(text)).rejects.toMatchObject({ code: "bad-input" });
    },
  );

  it("stops when it is aborted", async () => {
    const aborted = AbortSignal.abort(new Error("enough"));
    await expect(runExpert(textToSpeechExpert, { text: "Hello." }, aborted)).rejects.toThrow("enough");
  });

  it("hides the experimental warning of WASI, and no other", async () => {
    const wasi = fileURLToPath(new URL("../../../../tools/builtin/speech/import-wasi.ts", import.meta.url));
    const script = `
      const { importWasi } = await import(${JSON.stringify(wasi)});
      const { WASI } = await importWasi();
      process.emitWarning("a different one", "ExperimentalWarning");
      console.log(typeof WASI);`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    expect(stdout.trim()).toBe("function");
    expect(stderr).toContain("a different one");
    expect(stderr).not.toContain("WASI");
  });
});
