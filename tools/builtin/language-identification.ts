import { TuttiError } from "../../src/errors.ts";
import { defineExpert } from "../define-expert.ts";
import { languageIdentification } from "../tasks/language-identification.ts";
import { languageName, shortestCode } from "./text/language-names.ts";
import { requireText } from "./text/require-text.ts";
import { textExpert } from "./text/text-card.ts";

/** How many guesses are asked for, and how many are answered once codes of one language are joined. */
const GUESSES = 8;
const ANSWERS = 5;
/** Below this share the answer names the language only as a guess. */
const SURE = 0.5;

async function loadIdentifier() {
  const { getLIDModel } = await import("fasttext.wasm.js");
  const identifier = await getLIDModel();
  await identifier.load();
  return identifier;
}

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
  async run(identifier, inputs) {
    // The model reads one line only, and counts digits and signs as evidence for nothing.
    const text = requireText(inputs.text).replace(/\s+/g, " ");
    if (!/\p{L}/u.test(text)) {
      throw new TuttiError("bad-input", "The text holds no letters, so it has no language; send some words.");
    }
    const shares = new Map<string, number>();
    const fallbacks = new Map<string, string>();
    for (const { alpha2, alpha3, refName, possibility } of await identifier.identify(text, GUESSES)) {
      const code = shortestCode(alpha2, alpha3);
      shares.set(code, (shares.get(code) ?? 0) + possibility);
      fallbacks.set(code, refName);
    }
    const labels = [...shares]
      .map(([label, share]) => ({ label, score: Math.round(Math.min(1, share) * 1000) / 1000 }))
      .toSorted((a, b) => b.score - a.score)
      .slice(0, ANSWERS);
    const best = labels[0] ?? { label: "und", score: 0 };
    const name = languageName(best.label, fallbacks.get(best.label));
    const verdict = best.score >= SURE ? name : `unsure, perhaps ${name} (${Math.round(best.score * 100)} %)`;
    return { labels, text: verdict };
  },
});
