/** Doubts: tones change pitch or loudness; what the new rate cannot hold is folded back as noise; ends are lost. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutAtPauses } from "../../../../tools/builtin/speech/cut-at-pauses.ts";
import { resample } from "../../../../tools/builtin/speech/resample.ts";
import { sine } from "./make-wav.ts";

const rates = [8000, 11_025, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];

function tone(hertz: number, sampleRate: number) {
  return { sampleRate, samples: Float32Array.from(sine(hertz, sampleRate, 0.5)) };
}

/** Loudness without the ends, where the filter reaches beyond the sound. */
function loudness(samples: Float32Array): number {
  const middle = samples.subarray(800, -800);
  return Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length);
}

describe("resample", () => {
  it.each(rates)("keeps a tone of 1 kHz at %i Hz sample by sample", (rate) => {
    const result = resample(tone(1000, rate), 16_000);
    const expected = sine(1000, 16_000, 0.5);
    expect(result.length).toBe(8000);
    const errors = [...result].slice(200, -200).map((value, index) => Math.abs(value - (expected[index + 200] ?? 9)));
    expect(Math.max(...errors)).toBeLessThan(0.002);
  });

  it.each(rates.filter((rate) => rate > 22_050))("removes a tone of 10 kHz at %i Hz, by 60 dB", (rate) => {
    expect(loudness(resample(tone(10_000, rate), 16_000))).toBeLessThan(loudness(tone(10_000, rate).samples) / 1000);
  });

  it("keeps a constant constant and the length right at any rate", () => {
    fc.assert(
      fc.property(fc.integer({ min: 4000, max: 96_000 }), (sampleRate) => {
        const samples = new Float32Array(Math.round(sampleRate / 4)).fill(0.25);
        const result = resample({ sampleRate, samples }, 16_000);
        expect(Math.abs(result.length - 4000)).toBeLessThanOrEqual(2);
        for (const sample of result.subarray(500, -500)) expect(sample).toBeCloseTo(0.25, 3);
      }),
      { numRuns: 12 },
    );
  });

  it("leaves a sound of the right rate alone", () => {
    const { samples } = tone(300, 16_000);
    expect(resample({ sampleRate: 16_000, samples }, 16_000)).toBe(samples);
  });
});

describe("cutAtPauses", () => {
  const rate = 1000;

  it("cuts in the pause, and loses nothing", () => {
    const samples = Float32Array.from(sine(50, rate, 45));
    samples.fill(0, 13 * rate, 13.5 * rate);
    samples.fill(0, 29 * rate, 29.5 * rate);
    const pieces = cutAtPauses(samples, rate);
    const ends = pieces.map((_, index) => pieces.slice(0, index + 1).reduce((sum, piece) => sum + piece.length, 0));
    expect(ends).toHaveLength(3);
    expect(ends[0]).toBeGreaterThan(13 * rate);
    expect(ends[0]).toBeLessThan(13.5 * rate);
    expect(ends[1]).toBeGreaterThan(29 * rate);
    expect(ends[1]).toBeLessThan(29.5 * rate);
    expect(Float32Array.from(pieces.flatMap((piece) => [...piece]))).toEqual(samples);
  });

  it("makes no piece longer than 20 s, even without a pause", () => {
    const pieces = cutAtPauses(new Float32Array(130 * rate).fill(0.5), rate);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(20 * rate);
    expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBe(130 * rate);
  });
});
