/** Doubts: vectors are not of unit length; batches, long or strange texts change or break them; unknown text looks alike. */
import { beforeAll, describe, expect, it } from "vitest";
import { featureExtractionExpert } from "../../../../tools/builtin/feature-extraction.ts";
import { loadSentenceEncoder, type SentenceEncoder } from "../../../../tools/builtin/text/sentence-encoder.ts";
import { dot } from "../../../../tools/builtin/text/vectors.ts";
import { runExpert } from "../run-expert.ts";

let encoder: SentenceEncoder;
beforeAll(async () => {
  encoder = await loadSentenceEncoder();
});

async function likeness(one: string, other: string): Promise<number> {
  const [a = [], b = []] = await encoder.embed([one, other]);
  return dot(a, b);
}

describe("sentence encoder", () => {
  it("gives one unit vector of 512 numbers per text, in order, whatever the batch", async () => {
    const texts = Array.from(
      { length: 40 },
      (_, index) => `Sentence ${index} is about ${index % 2 ? "cats" : "taxes"}.`,
    );
    const together = await encoder.embed(texts);
    expect(together).toHaveLength(40);
    for (const vector of together) {
      expect(vector).toHaveLength(512);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
    }
    const [alone = []] = await encoder.embed([texts[37] ?? ""]);
    expect(dot(alone, together[37] ?? [])).toBeCloseTo(1, 6);
  });

  it("puts texts of one meaning nearer than texts of another", async () => {
    const paraphrase = await likeness("A man is playing a guitar.", "Someone plays the guitar.");
    expect(paraphrase).toBeGreaterThan(0.7);
    expect(await likeness("A man is playing a guitar.", "Interest rates rose in May.")).toBeLessThan(0.2);
  });

  it("keeps the subject of a text far longer than a sentence", async () => {
    const football = "The striker scored in the last minute. The goalkeeper had no chance. The fans cheered. ".repeat(
      20,
    );
    expect(football.length).toBeGreaterThan(1500);
    const near = await likeness(football, "This text is about football.");
    expect(near).toBeGreaterThan((await likeness(football, "This text is about cooking.")) + 0.2);
  });

  it("says by a zero vector that it knows nothing of a text", async () => {
    const vectors = await encoder.embed(["", " \n", "😀😀", "Привет мир", "你好世界", "\u0000\uD800", "---", "hello"]);
    const lengths = vectors.map((vector) => Math.round(Math.hypot(...vector)));
    expect(lengths).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it("encodes nothing as nothing", async () => {
    expect(await encoder.embed([])).toEqual([]);
  });

  it("stops between batches when it is aborted", async () => {
    const aborted = AbortSignal.abort(new Error("enough"));
    await expect(encoder.embed(["hello"], aborted)).rejects.toThrow("enough");
  });
});

describe("feature extraction", () => {
  it("names the space of the vector", async () => {
    const { embedding } = await runExpert<{ embedding: { space: string; vector: number[] } }>(featureExtractionExpert, {
      text: "The cat sat on the mat.",
    });
    expect(embedding.space).toBe("use-lite-512");
    expect(Math.hypot(...embedding.vector)).toBeCloseTo(1, 6);
  });

  it("refuses a text that it cannot read", async () => {
    await expect(runExpert(featureExtractionExpert, { text: "Привет мир" })).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining("English"),
    });
  });
});
