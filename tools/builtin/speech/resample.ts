/** Change of the sampling rate by a windowed-sinc filter (Crochiere & Rabiner 1983). Linear phase. Pure. */
import type { Sound } from "./read-wav.ts";

/** Zero crossings of the filter on each side of its middle: more is steeper and slower. */
const CROSSINGS = 16;
/** Where the filter closes, as a share of the lower of the two Nyquist rates. */
const ROLL_OFF = 0.95;

/** The same sound at another rate; nothing above half of the lower rate is left, so that nothing is aliased. */
export function resample({ sampleRate, samples }: Sound, target: number): Float32Array {
  if (sampleRate === target) return samples;
  const divisor = greatestCommonDivisor(sampleRate, target);
  const phases = target / divisor;
  const step = sampleRate / divisor;
  const { taps, reach, width } = makeFilter(sampleRate, target, phases);
  const result = new Float32Array(Math.floor((samples.length * target) / sampleRate));
  for (let index = 0; index < result.length; index += 1) {
    const place = index * step;
    const middle = Math.floor(place / phases);
    const filter = (place % phases) * width;
    let sum = 0;
    for (let tap = 0; tap < width; tap += 1) {
      const source = middle + tap - reach + 1;
      if (source >= 0 && source < samples.length) sum += (samples[source] ?? 0) * (taps[filter + tap] ?? 0);
    }
    result[index] = sum;
  }
  return result;
}

/** One row of `width` taps for every place that an output sample can take between two input samples. */
function makeFilter(from: number, to: number, phases: number) {
  // In cycles per input sample.
  const cutoff = (Math.min(from, to) / from / 2) * ROLL_OFF;
  const reach = Math.ceil(CROSSINGS / (2 * cutoff));
  const width = reach * 2;
  const taps = new Float32Array(phases * width);
  for (let phase = 0; phase < phases; phase += 1) {
    const row = Array.from({ length: width }, (_, tap) => {
      const distance = tap - reach + 1 - phase / phases;
      return sinc(2 * cutoff * distance) * blackman(distance / reach);
    });
    // Every row passes a constant unchanged.
    const gain = row.reduce((sum, tap) => sum + tap, 0);
    for (const [tap, value] of row.entries()) taps[phase * width + tap] = value / gain;
  }
  return { taps, reach, width };
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Blackman window over -1 to 1. */
function blackman(x: number): number {
  return Math.abs(x) >= 1 ? 0 : 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
