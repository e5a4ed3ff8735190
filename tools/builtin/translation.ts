import { TuttiError } from "../../src/errors.ts";
import { defineExpert } from "../define-expert.ts";
import { translation } from "../tasks/translation.ts";
import { loadIdentifier } from "./text/language-identifier.ts";
import { languageName } from "./text/language-names.ts";
import { requireText } from "./text/require-text.ts";
import { textExpert } from "./text/text-card.ts";
import { apertiumCommand, apertiumFix, installedPairs, translateWith } from "./translation/apertium.ts";
import { findWay } from "./translation/find-way.ts";
import { readLanguage } from "./translation/read-language.ts";

const LONGEST = 20_000;

export const translationExpert = defineExpert({
  task: translation,
  card: {
    ...textExpert,
    id: "builtin/apertium",
    title: "Translation by rules (Apertium)",
    model: "Apertium, with the pairs of languages that are installed",
    limits: { timeoutMs: 60_000, concurrency: 2, memoryMiB: 60 },
    licence: { code: "MIT", weights: "GPL-2.0 (Apertium and its data, installed by you)" },
    quality:
      "By rules and word lists, between the pairs that are installed: readable and often wrong, with verbs taken for nouns (“the dog sleeps” becomes “los sueños de perro”) and idioms word by word; words that it doesn't know stay as they are; over a third language where no pair fits.",
    merit: 0.2,
    needs: { commands: [apertiumCommand], packages: ["fasttext.wasm.js"] },
    fix: apertiumFix,
  },
  load: loadIdentifier,
  async run(identify, inputs, context) {
    const text = requireText(inputs.text);
    if (text.length > LONGEST) {
      throw new TuttiError("bad-input", `The text has ${text.length} characters; at most ${LONGEST} are translated.`);
    }
    const pairs = await installedPairs();
    if (pairs.length === 0) throw new TuttiError("expert-unavailable", apertiumFix);
    const [guess] = await identify(text);
    const from = guess?.code ?? "und";
    const targets = pairs.map((pair) => pair.to);
    const to = inputs.language === undefined ? "en" : readLanguage(inputs.language, targets);
    if (to === from) return { text };
    const way = to === undefined ? undefined : findWay(pairs, from, to);
    if (!way) throw noWay(from, inputs.language ?? "English", targets);
    let translated = text;
    for (const pair of way) translated = await translateWith(pair, translated, context);
    return { text: translated };
  },
});

function noWay(from: string, wanted: string, targets: readonly string[]): TuttiError {
  const known = [...new Set(targets)].map((code) => languageName(code)).toSorted();
  // Not the input's fault: an expert for more languages may be next.
  return new TuttiError(
    "expert-unavailable",
    `No translation from ${languageName(from)} into ${wanted} is installed; there is one into ${known.join(", ")}. apt-cache search apertium lists more.`,
  );
}
