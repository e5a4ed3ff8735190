/** Doubts: sentences are changed or moved; repetition stays; the main point is missed; short text is mangled. */
import { describe, expect, it } from "vitest";
import { chooseSentences } from "../../../../tools/builtin/text/rank-sentences.ts";
import { splitSentences } from "../../../../tools/builtin/text/sentences.ts";
import { unit } from "../../../../tools/builtin/text/vectors.ts";
import { summarizationExpert } from "../../../../tools/builtin/summarization.ts";
import { runExpert } from "../run-expert.ts";

async function summarize(text: string): Promise<string> {
  return (await runExpert<{ text: string }>(summarizationExpert, { text })).text;
}

const article = `The harbour bridge of Sandvik will be closed for eight months from January. Engineers found cracks
in two of its main cables during a routine check. Dr. Lena Holm, who led the check, said the bridge was safe to walk on
but not to drive on. About 30,000 cars cross it every day. A ferry will carry cars between the two banks every ten minutes.
Bus passengers will have to change at the old market. Shop owners near the bridge fear that they will lose customers.
"We had just recovered from the road works," said a baker. The city has promised to pay for part of their losses.
The repair will cost forty million euros. The bridge was opened in 1961. It was painted green at that time.`;

describe("summarization", () => {
  it("picks about a third of the sentences, unchanged and in order, with the main point first", async () => {
    const sentences = splitSentences(article);
    const summary = await summarize(article);
    const places = splitSentences(summary).map((sentence) => sentences.indexOf(sentence));
    expect(sentences).toHaveLength(12);
    expect(places).toHaveLength(4);
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBe(0);
  });

  it("never gives more than five sentences", async () => {
    const many = Array.from({ length: 60 }, (_, index) => `On day ${index} the crew measured the ice of the lake.`);
    expect(splitSentences(await summarize(many.join(" "))).length).toBeLessThanOrEqual(5);
  });

  it("says a repeated thing once", async () => {
    const repeated = `The museum opens a new wing in June. ${"The new wing shows paintings from Japan. ".repeat(6)}
      Tickets cost twelve euros for adults. The cafe on the roof has a view of the river.`;
    const chosen = splitSentences(await summarize(repeated));
    expect(chosen.filter((sentence) => sentence.includes("paintings from Japan")).length).toBeLessThanOrEqual(1);
  });

  it("returns a short text as it is", async () => {
    const short = "It rained. We stayed at home.\nNobody minded.";
    expect(await summarize(short)).toBe(short);
  });

  it("refuses a script that it cannot read, rather than picking by chance", async () => {
    await expect(summarize("Сегодня идёт дождь. ".repeat(9))).rejects.toMatchObject({ code: "bad-input" });
  });
});

describe("chooseSentences", () => {
  it("passes over a sentence that says again what a chosen one says", () => {
    const [a, b, c] = [unit([1, 0.5, 0]), unit([0, 0.5, 1]), unit([0.5, 1, 0.5])];
    expect(chooseSentences([a, a, b, c], 3)).toEqual([0, 2, 3]);
  });

  it("copes with vectors that are linked to nothing", () => {
    const zero = [0, 0, 0];
    expect(chooseSentences([zero, zero, zero], 2)).toHaveLength(2);
    expect(chooseSentences([], 2)).toEqual([]);
  });
});
