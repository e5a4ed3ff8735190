import type { Sound } from "./read-wav.ts";

/** Sounds of one rate after one another. */
export function joinSounds(sounds: readonly Sound[]): Sound {
  const sampleRate = sounds[0]?.sampleRate ?? 0;
  if (sounds.some((sound) => sound.sampleRate !== sampleRate)) throw new Error("The sounds have different rates.");
  const samples = new Float32Array(sounds.reduce((sum, sound) => sum + sound.samples.length, 0));
  let place = 0;
  for (const sound of sounds) {
    samples.set(sound.samples, place);
    place += sound.samples.length;
  }
  return { sampleRate, samples };
}
