import { TuttiError } from "../../src/errors.ts";
import type { Label } from "../../src/run/value.ts";
import { defineExpert } from "../define-expert.ts";
import { sentimentAnalysis } from "../tasks/sentiment-analysis.ts";
import { requireText } from "./text/require-text.ts";
import { splitSentences } from "./text/sentences.ts";
import { feelings, loadSentimentJudge } from "./text/sentiment-judge.ts";
import { encoderExpert } from "./text/text-card.ts";

/** Both the good and the bad must have this share for a text to be called mixed. */
const MIXED = 0.3;

export const sentimentAnalysisExpert = defineExpert({
  task: sentimentAnalysis,
  card: {
    ...encoderExpert,
    id: "builtin/vader-use-sentiment",
    title: "Sentiment (VADER and Universal Sentence Encoder)",
    model: "VADER lexicon and nearest prototype sentences in USE Lite",
    licence: { code: "Apache-2.0 AND MIT", weights: "Apache-2.0" },
    quality:
      "Right for 38 of 45 hard and 15 of 15 plain sentences of our own, on which VADER alone reaches about half; understands simple negation, misses irony, understatement and facts that are good or bad news; English only.",
    merit: 0.4,
    needs: { packages: [...encoderExpert.needs.packages, "vader-sentiment"] },
  },
  load: loadSentimentJudge,
  async run(judge, inputs, { signal }) {
    const sentences = splitSentences(requireText(inputs.text));
    const verdicts = (await judge.judge(sentences, signal)).filter((verdict) => verdict !== undefined);
    if (verdicts.length === 0) {
      throw new TuttiError("bad-input", "This expert reads English only and knows no word of the text.");
    }
    const labels = feelings
      .map((label, index) => {
        const mean = verdicts.reduce((sum, verdict) => sum + (verdict[index] ?? 0), 0) / verdicts.length;
        return { label, score: Math.round(mean * 1000) / 1000 };
      })
      .toSorted((a, b) => b.score - a.score);
    return { labels, text: inWords(labels, verdicts.length > 1) };
  },
});

function inWords(labels: readonly Label[], severalSentences: boolean): string {
  const share = (wanted: string) => labels.find(({ label }) => label === wanted)?.score ?? 0;
  const percent = (wanted: string) => `${Math.round(share(wanted) * 100)} %`;
  if (severalSentences && share("positive") >= MIXED && share("negative") >= MIXED) {
    return `mixed: ${percent("positive")} positive, ${percent("negative")} negative`;
  }
  const best = labels[0]?.label ?? "neutral";
  return `${best} (${percent(best)})`;
}
