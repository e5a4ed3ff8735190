import { TuttiError } from "../../src/errors.ts";
import { defineExpert } from "../define-expert.ts";
import { automaticSpeechRecognition } from "../tasks/automatic-speech-recognition.ts";
import { cutAtPauses } from "./speech/cut-at-pauses.ts";
import { loadPocketsphinx, POCKETSPHINX_RATE, pocketsphinxCommand, pocketsphinxFix } from "./speech/pocketsphinx.ts";
import { readWav } from "./speech/read-wav.ts";
import { resample } from "./speech/resample.ts";

/** Ten minutes: about four minutes of work. */
const LIMITS = { seconds: 600, bytes: 128_000_000 };
/** Loudest sample of a recording that counts as silent. */
const SILENCE = 0.002;

export const automaticSpeechRecognitionExpert = defineExpert({
  task: automaticSpeechRecognition,
  card: {
    id: "builtin/pocketsphinx",
    version: "1.0.0",
    title: "Speech recognition (PocketSphinx)",
    provider: "builtin",
    model: "CMU PocketSphinx, en-us",
    lane: "cpu",
    runtime: "speech",
    limits: { timeoutMs: 300_000, concurrency: 1, memoryMiB: 150 },
    pure: true,
    effects: "none",
    licence: { code: "BSD-2-Clause", weights: "BSD-2-Clause" },
    quality:
      "Gets about 38 of 100 words wrong in clear read English and more in anything else; writes no punctuation and no capitals; good for the gist, not for quotes.",
    merit: 0.2,
    languages: ["en"],
    needs: { commands: [pocketsphinxCommand] },
    fix: pocketsphinxFix,
  },
  load: loadPocketsphinx,
  async run(recognise, { audio }, { scratch, signal }) {
    const sound = await readWav(audio.path, audio.name, LIMITS);
    if (sound.samples.every((sample) => Math.abs(sample) < SILENCE)) {
      throw new TuttiError("bad-input", `${audio.name} is silent.`);
    }
    signal.throwIfAborted();
    const pieces = cutAtPauses(resample(sound, POCKETSPHINX_RATE), POCKETSPHINX_RATE);
    const lines = await recognise(pieces, { scratch, signal });
    const text = lines.filter((line) => line !== "").join(" ");
    if (text === "") throw new TuttiError("bad-input", `No English words were recognised in ${audio.name}.`);
    return { text };
  },
});
