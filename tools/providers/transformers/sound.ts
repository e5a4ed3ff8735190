/** Recordings from files to what the library takes, and back. */
import { join } from "node:path";
import { readWav } from "../../builtin/speech/read-wav.ts";
import { resample } from "../../builtin/speech/resample.ts";
import { createWav, toInt16 } from "../../builtin/speech/write-wav.ts";
import type { InputFile, OutputFile } from "../../define-expert.ts";

/** Half an hour. */
const LIMITS = { seconds: 1800, bytes: 700_000_000 };

/** One channel, -1 to 1, at the rate that the model wants. @throws TuttiError `bad-input` for what is no WAV or too long */
export async function readSound({ path, name }: InputFile, sampleRate: number): Promise<Float32Array> {
  return resample(await readWav(path, name, LIMITS), sampleRate);
}

export async function saveSound(samples: Float32Array, sampleRate: number, scratch: string): Promise<OutputFile> {
  const path = join(scratch, "result.wav");
  const file = await createWav(path, sampleRate);
  await file.append(toInt16(samples));
  await file.close();
  return { path, mediaType: "audio/wav", name: "speech.wav" };
}
