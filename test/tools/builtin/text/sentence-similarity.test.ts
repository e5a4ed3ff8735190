/** Doubts: the bands overlap on new pairs; equal texts are not equal; negation is passed over in silence. */
import { describe, expect, it } from "vitest";
import { sentenceSimilarityExpert } from "../../../../tools/builtin/sentence-similarity.ts";
import { runExpert } from "../run-expert.ts";

async function compare(text: string, other: string) {
  return runExpert<{ score: number; text: string }>(sentenceSimilarityExpert, { text, other });
}

describe("sentence similarity", () => {
  it.each([
    ["The boy is reading a book.", "A child reads a book."],
    ["Our flight was cancelled.", "They cancelled our plane."],
    ["How do I get to the airport?", "What is the way to the airport?"],
  ])("finds that “%s” and “%s” say much the same", async (text, other) => {
    const { score, text: judgement } = await compare(text, other);
    expect(score).toBeGreaterThan(0.7);
    expect(judgement).toMatch(/much the same|closely related/);
  });

  it.each([
    ["The boy is reading a book.", "Steel prices fell in the third quarter."],
    ["Our flight was cancelled.", "Beat the egg whites until stiff."],
  ])("finds that “%s” and “%s” have little in common", async (text, other) => {
    const { score, text: judgement } = await compare(text, other);
    expect(score).toBeLessThan(0.2);
    expect(judgement).toContain("little to do");
  });

  it("gives 1 to the same words in other dress, in any script", async () => {
    expect((await compare("Hello, World!", "hello   world")).score).toBe(1);
    expect((await compare("Привет мир", "Привет, мир!")).score).toBe(1);
    expect((await compare("😀", "😀")).score).toBe(1);
  });

  it("does not call two different texts the same for being unreadable", async () => {
    await expect(compare("Привет мир", "Доброе утро")).rejects.toMatchObject({ code: "bad-input" });
    await expect(compare("😀", "😡")).rejects.toMatchObject({ code: "bad-input" });
  });

  it("warns where only one text is negated", async () => {
    const { text } = await compare("The shop is open today.", "The shop isn't open today.");
    expect(text).toContain("negated");
    expect((await compare("The shop is open today.", "The store is open today.")).text).not.toContain("negated");
  });

  it("is the same both ways", async () => {
    const texts = ["The river is deep.", "The lake is shallow and cold."] as const;
    expect((await compare(...texts)).score).toBe((await compare(texts[1], texts[0])).score);
  });
});
