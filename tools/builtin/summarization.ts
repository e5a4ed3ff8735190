import { TuttiError } from "../../src/errors.ts";
import { defineExpert } from "../define-expert.ts";
import { summarization } from "../tasks/summarization.ts";
import { chooseSentences } from "./text/rank-sentences.ts";
import { requireText } from "./text/require-text.ts";
import { isMostlyLatin } from "./text/script.ts";
import { loadSentenceEncoder } from "./text/sentence-encoder.ts";
import { splitSentences } from "./text/sentences.ts";
import { spread } from "./text/spread.ts";
import { encoderExpert } from "./text/text-card.ts";

/** A text of so few sentences is its own summary. */
const SHORT = 3;
const LONGEST = 5;
/** The work grows with the square of the sentences; of a longer text so many are looked at, evenly spread. */
const MOST_SENTENCES = 300;
/** Headings, list numbers and exclamations don't make a summary. */
const FEWEST_WORDS = 5;

export const summarizationExpert = defineExpert({
  task: summarization,
  card: {
    ...encoderExpert,
    id: "builtin/use-lexrank",
    title: "Extractive summary (LexRank)",
    model: "LexRank on USE Lite with lead bias and MMR",
    quality:
      "Picks a third of the sentences, at most five, unchanged; keeps the first sentence of most texts and drops repetition; it cannot rephrase, so a “he” may lose its name; beyond 300 sentences it looks at a sample; English only.",
    merit: 0.4,
  },
  load: loadSentenceEncoder,
  async run(encoder, inputs, { signal }) {
    const text = requireText(inputs.text);
    if (isMostlyLatin(text) === false) {
      throw new TuttiError("bad-input", "This expert summarizes English only; the text is in another script.");
    }
    const all = splitSentences(text);
    if (all.length <= SHORT) return { text };
    const full = all.filter((sentence) => sentence.split(" ").length >= FEWEST_WORDS);
    const sentences = spread(full.length > SHORT ? full : all, MOST_SENTENCES);
    const count = Math.min(LONGEST, Math.round(sentences.length / 3));
    const chosen = chooseSentences(await encoder.embed(sentences, signal), count);
    return { text: chosen.map((place) => sentences[place]).join(" ") };
  },
});
