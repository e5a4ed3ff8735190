/** Doubts: a width, a channel count or an extra chunk is misread; damaged files crash or eat memory. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TuttiError } from "../../../../src/errors.ts";
import { readWav } from "../../../../tools/builtin/speech/read-wav.ts";
import { createWav, toInt16 } from "../../../../tools/builtin/speech/write-wav.ts";
import { makeFolder } from "../run-expert.ts";
import { makeWav, sine } from "./make-wav.ts";

const limits = { seconds: 60, bytes: 10_000_000 };
const tone = sine(440, 16_000, 0.1);

async function read(bytes: Buffer) {
  const path = join(await makeFolder(), "sound.wav");
  await writeFile(path, bytes);
  return readWav(path, "sound.wav", limits);
}

async function refusal(bytes: Buffer): Promise<string> {
  const error: unknown = await read(bytes).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TuttiError);
  expect(error).toMatchObject({ code: "bad-input" });
  return (error as TuttiError).message;
}

describe("readWav", () => {
  it.each([
    ["16 bits", {}, 1e-4],
    ["8 bits", { bits: 8 }, 0.02],
    ["24 bits, stereo", { bits: 24, channels: 2 }, 1e-6],
    ["32 bits, six channels", { bits: 32, channels: 6 }, 1e-6],
    ["float", { bits: 32, float: true }, 1e-6],
    ["extensible", { bits: 24, extensible: true }, 1e-6],
    ["odd tags before the sound", { tags: 12_345 }, 1e-4],
    ["44.1 kHz", { sampleRate: 44_100 }, 1e-4],
  ] as const)("reads %s", async (_, shape, tolerance) => {
    const { samples, sampleRate } = await read(makeWav(tone, shape));
    expect(sampleRate).toBe("sampleRate" in shape ? shape.sampleRate : 16_000);
    expect(samples).toHaveLength(tone.length);
    const worst = Math.max(...tone.map((value, index) => Math.abs(value - (samples[index] ?? 9))));
    expect(worst).toBeLessThan(tolerance);
  });

  it("reads back exactly what was written", async () => {
    const samples = Int16Array.from([0, 1, -1, 32_767, -32_768, 1234]);
    const path = join(await makeFolder(), "sound.wav");
    const file = await createWav(path, 22_050);
    await file.append(samples.subarray(0, 2));
    await file.append(samples.subarray(2));
    await file.close();
    const sound = await readWav(path, "sound.wav", limits);
    expect(sound.sampleRate).toBe(22_050);
    expect(toInt16(sound.samples)).toEqual(samples);
  });

  it("takes what is there of a file that is cut off", async () => {
    const whole = makeWav(tone);
    const { samples } = await read(whole.subarray(0, whole.length - 1001));
    expect(samples.length).toBe(tone.length - 501);
  });

  it("says why it refuses", async () => {
    expect(await refusal(Buffer.from("ID3 this is an mp3"))).toContain("no WAV file");
    expect(await refusal(Buffer.alloc(0))).toContain("no WAV file");
    expect(await refusal(makeWav([]))).toContain("no sound");
    expect(await refusal(makeWav(tone).subarray(0, 40))).toContain("no sound");
    const compressed = makeWav(tone);
    compressed.writeUInt16LE(0x11, 20);
    expect(await refusal(compressed)).toContain("compressed");
    const silly = makeWav(tone);
    silly.writeUInt32LE(4_000_000_000, 24);
    expect(await refusal(silly)).toContain("4000000000 Hz");
    expect(await refusal(makeWav(sine(100, 4000, 61), { sampleRate: 4000 }))).toContain("too long");
  });

  it("never does anything but read or refuse, whatever bytes are changed", async () => {
    const path = join(await makeFolder(), "sound.wav");
    const change = fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(change, async (changes) => {
        const bytes = makeWav(tone.slice(0, 50));
        for (const [place, value] of changes) bytes[place] = value;
        await writeFile(path, bytes);
        const outcome = await readWav(path, "sound.wav", limits).then(
          () => "read",
          (error: unknown) => (error instanceof TuttiError ? error.code : error),
        );
        expect(["read", "bad-input"]).toContain(outcome);
      }),
      { numRuns: 200 },
    );
  });
});
