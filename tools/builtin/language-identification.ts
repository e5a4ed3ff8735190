import { TuttiError } from "../../src/errors.ts";
import { defineExpert } from "../define-expert.ts";
import { languageIdentification } from "../tasks/language-identification.ts";
import { loadIdentifier } from "./text/language-identifier.ts";
import { languageName } from "./text/language-names.ts";
import { requireText } from "./text/require-text.ts";
import { textExpert } from "./text/text-card.ts";

/** Guesses that are answered. */
const ANSWERS = 5;
/** Below this share the answer names the language only as a guess. */
const SURE = 0.5;

export const languageIdentificationExpert = defineExpert({
  task: languageIdentification,
  card: {
    ...textExpert,
    id: "builtin/fasttext-lid",
    title: "Language identification (fastText)",
    model: "fastText lid.176.ftz",
    limits: { timeoutMs: 20_000, concurrency: 1, memoryMiB: 40 },
    licence: { code: "MIT", weights: "CC-BY-SA-3.0" },
    quality:
      "Knows 176 languages; right for 29 of 30 sentences in 30 languages (Norwegian taken for Danish) and 20 of 20 short phrases of our own; unsure of single English words; of a mixed text it names the main language only.",
    merit: 0.8,
    needs: { packages: ["fasttext.wasm.js"] },
  },
  load: loadIdentifier,
  async run(identify, inputs) {
    const text = requireText(inputs.text);
    // Digits and signs are evidence for nothing.
    if (!/\p{L}/u.test(text)) {
      throw new TuttiError("bad-input", "The text holds no letters, so it has no language; send some words.");
    }
    const guesses = (await identify(text)).slice(0, ANSWERS);
    const labels = guesses.map(({ code, share }) => {
      return { label: code, score: Math.round(Math.min(1, share) * 1000) / 1000 };
    });
    const { code, name: fallback, share } = guesses[0] ?? { code: "und", name: "und", share: 0 };
    const name = languageName(code, fallback);
    const verdict = share >= SURE ? name : `unsure, perhaps ${name} (${Math.round(share * 100)} %)`;
    return { labels, text: verdict };
  },
});
