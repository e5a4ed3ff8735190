/** Doubts: facts are taken for feelings; negation is not seen; mixed reviews get one side only. */
import { describe, expect, it } from "vitest";
import { sentimentAnalysisExpert } from "../../../../tools/builtin/sentiment-analysis.ts";
import type { Label } from "../../../../src/run/value.ts";
import { runExpert } from "../run-expert.ts";

async function judge(text: string) {
  return runExpert<{ labels: Label[]; text: string }>(sentimentAnalysisExpert, { text });
}

describe("sentiment analysis", () => {
  it.each([
    ["The concert was fantastic and we loved every minute.", "positive"],
    ["A delightful little hotel with the nicest owners.", "positive"],
    ["The soup was cold and the waiter was rude.", "negative"],
    ["Total rubbish, it stopped working after an hour.", "negative"],
    ["The ferry leaves at six from pier nine.", "neutral"],
    ["The house has two floors and a cellar.", "neutral"],
  ])("finds “%s” %s", async (text, expected) => {
    const { labels, text: judgement } = await judge(text);
    expect(labels[0]?.label).toBe(expected);
    expect(judgement).toContain(expected);
  });

  it.each([
    ["I am happy with it.", "I am not happy with it."],
    ["This is a good book.", "This isn't a good book."],
    ["I like this colour.", "I don’t like this colour."],
  ])("sees that “%s” turns into its opposite in “%s”", async (plain, negated) => {
    expect((await judge(plain)).labels[0]?.label).toBe("positive");
    expect((await judge(negated)).labels[0]?.label).toBe("negative");
  });

  it("takes “no problem” for good news", async () => {
    expect((await judge("I had no problems and no regrets.")).labels[0]?.label).toBe("positive");
  });

  it("calls a text of both kinds mixed", async () => {
    const { text } = await judge(
      "The view was beautiful and I loved the pool. The bed was terrible and the food awful.",
    );
    expect(text).toMatch(/^mixed: \d+ % positive, \d+ % negative$/);
  });

  it("gives three shares, best first, that add up to 1", async () => {
    const { labels } = await judge("It was a good day.");
    expect(labels.map(({ label }) => label).toSorted()).toEqual(["negative", "neutral", "positive"]);
    expect(labels.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 2);
    expect(labels[0]?.score).toBeGreaterThanOrEqual(labels[1]?.score ?? 1);
  });

  it("is not confused by words that JavaScript knows", async () => {
    expect((await judge("The constructor has a prototype and __proto__.")).labels[0]?.label).toBe("neutral");
  });
});
