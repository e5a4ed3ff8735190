/** Doubts: empty, huge, right-to-left, emoji or control-character input hangs, crashes or gets a made-up answer. */
import { describe, expect, it } from "vitest";
import { TuttiError } from "../../../../src/errors.ts";
import { featureExtractionExpert } from "../../../../tools/builtin/feature-extraction.ts";
import { languageIdentificationExpert } from "../../../../tools/builtin/language-identification.ts";
import { questionAnsweringExpert } from "../../../../tools/builtin/question-answering.ts";
import { sentenceSimilarityExpert } from "../../../../tools/builtin/sentence-similarity.ts";
import { sentimentAnalysisExpert } from "../../../../tools/builtin/sentiment-analysis.ts";
import { summarizationExpert } from "../../../../tools/builtin/summarization.ts";
import { tokenClassificationExpert } from "../../../../tools/builtin/token-classification.ts";
import { zeroShotClassificationExpert } from "../../../../tools/builtin/zero-shot-classification.ts";
import { MAX_CHARACTERS } from "../../../../tools/builtin/text/require-text.ts";
import { runExpert } from "../run-expert.ts";

const calls = [
  [featureExtractionExpert, (text: string) => ({ text })],
  [sentenceSimilarityExpert, (text: string) => ({ text, other: "A plain sentence." })],
  [zeroShotClassificationExpert, (text: string) => ({ text, labels: "sports, politics" })],
  [sentimentAnalysisExpert, (text: string) => ({ text })],
  [languageIdentificationExpert, (text: string) => ({ text })],
  [tokenClassificationExpert, (text: string) => ({ text })],
  [summarizationExpert, (text: string) => ({ text })],
  [questionAnsweringExpert, (context: string) => ({ context, question: "Where is the harbour?" })],
] as const;

const hostile: Record<string, string> = {
  "one word of 50 kB": "a".repeat(50_000),
  "50 kB of prose": "The committee met on Tuesday to discuss the new harbour. ".repeat(880),
  "emoji only": "😀👩‍👩‍👧🇫🇷".repeat(50),
  "right to left": "مرحبا بالعالم، هذا نص باللغة العربية.",
  "control characters around words": "\u0000\u0007Hello\u001B[31m there\u009F, dear \uFFFEfriend\u202E.",
  "half a character": "\uD83D and some words \uDC00",
  "markup and templates": "<script>alert(1)</script> {{x}} <GENERATED>-0 \\\" ' ${y} constructor __proto__",
  "no letters": "12345 67890",
};

describe.each(calls.map(([expert, inputs]) => [expert.card.id, expert, inputs] as const))("%s", (_, expert, inputs) => {
  it.each(["", "   ", "\n\t\n", "\u0000\u0001"])("refuses the empty text %j", async (text) => {
    await expect(runExpert(expert, inputs(text))).rejects.toMatchObject({ code: "bad-input" });
  });

  it("refuses a text above its limit and says the limit", async () => {
    const text = "word ".repeat(MAX_CHARACTERS / 5 + 1);
    await expect(runExpert(expert, inputs(text))).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining(String(MAX_CHARACTERS)),
    });
  });

  it.each(Object.entries(hostile))(
    "answers or refuses %s in good order",
    async (__, text) => {
      const outcome = await runExpert(expert, inputs(text)).then(
        (outputs) => [Object.keys(outputs), /NaN|null/.exec(JSON.stringify(outputs))],
        (error: unknown) => (error instanceof TuttiError ? error.code : error),
      );
      expect([[Object.keys(expert.task.outputs), null], "bad-input"]).toContainEqual(outcome);
    },
    60_000,
  );
});
