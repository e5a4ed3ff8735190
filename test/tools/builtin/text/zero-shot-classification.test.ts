/** Doubts: the categories are cut wrongly; the first always wins; shares don't add up. */
import { describe, expect, it } from "vitest";
import { splitLabels } from "../../../../tools/builtin/text/split-labels.ts";
import { zeroShotClassificationExpert } from "../../../../tools/builtin/zero-shot-classification.ts";
import type { Label } from "../../../../src/run/value.ts";
import { runExpert } from "../run-expert.ts";

async function classify(text: string, labels: string) {
  return runExpert<{ labels: Label[]; text: string }>(zeroShotClassificationExpert, { text, labels });
}

describe("zero-shot classification", () => {
  it.each([
    ["The goalkeeper was sent off in the first minute.", "sports"],
    ["The senate will vote on the bill tomorrow.", "politics"],
    ["Let the dough rest for an hour, then roll it out.", "cooking"],
    ["The telescope took pictures of a distant galaxy.", "astronomy"],
  ])("sorts “%s” into %s, wherever it stands in the list", async (text, expected) => {
    expect((await classify(text, "sports, politics, cooking or astronomy")).text).toBe(expected);
    expect((await classify(text, "astronomy\ncooking\npolitics\nsports")).text).toBe(expected);
  });

  it("gives each category a share, best first, that add up to 1", async () => {
    const { labels, text } = await classify("The bank raised its interest rates.", "finance; travel; health");
    expect(labels.map(({ label }) => label).toSorted()).toEqual(["finance", "health", "travel"]);
    expect(labels[0]?.label).toBe(text);
    expect(labels.map(({ score }) => score)).toEqual(labels.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(labels.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 2);
  });

  it("says what is wrong with the categories", async () => {
    await expect(classify("Some text.", "sports")).rejects.toMatchObject({ code: "bad-input" });
    await expect(classify("Some text.", " , ,, ")).rejects.toMatchObject({ code: "bad-input" });
    const many = Array.from({ length: 60 }, (_, index) => `label ${index}`).join(",");
    await expect(classify("Some text.", many)).rejects.toMatchObject({ code: "bad-input" });
    await expect(classify("Some text.", "猫, 犬")).rejects.toMatchObject({ code: "bad-input" });
  });
});

describe("splitLabels", () => {
  it.each([
    ["sports, politics or cooking", ["sports", "politics", "cooking"]],
    ["sports, politics, and cooking?", ["sports", "politics", "cooking"]],
    ["either good or bad", ["good", "bad"]],
    ["black and white", ["black", "white"]],
    ["arts and crafts, bed and breakfast", ["arts and crafts", "bed and breakfast"]],
    ['["not urgent", "urgent"]', ["not urgent", "urgent"]],
    ["- Billing\n- Shipping\n- billing", ["billing", "Shipping"]],
    ["oracle|android", ["oracle", "android"]],
  ])("reads %j", (list, labels) => {
    expect(splitLabels(list)).toEqual(labels);
  });
});
