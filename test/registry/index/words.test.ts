/** Are words counted as a reader would, and does the search that stops early find what reading everything finds? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { embeddedText, wordsOf, type IndexedCard } from "../../../src/registry/index/card-text.ts";
import { Lexical } from "../../../src/registry/index/lexical.ts";
import { mergeRanks } from "../../../src/registry/index/merge-ranks.ts";
import { Postings } from "../../../src/registry/index/postings.ts";
import { tokensOf } from "../../../src/registry/index/tokens.ts";

const card: IndexedCard = { id: "a/b", version: "1", task: "image-to-text", title: "Captions", merit: 0.5 };

describe("words", () => {
  it.each([
    ["Describe the two PHOTOS, please!", ["describe", "two", "photo"]],
    ["opus-mt-en-fr", ["opu", "mt", "en", "fr"].map((word) => (word === "opu" ? "opus" : word))],
    ["cities, classes, glasses, gas, buses", ["city", "classe", "glasse", "gas", "buse"]],
    ["東京都 で", ["東京", "京都", "で"]],
    ["ｆｕｌｌ ﬁne", ["full", "fine"]],
    [`${"x".repeat(41)} ok`, ["ok"]],
    ["", []],
  ])("of %j", (text, words) => {
    expect(tokensOf(text)).toEqual(words);
  });

  it("of a card count more where they were chosen, and languages by name", () => {
    const counts = wordsOf({
      ...card,
      description: "Captions for German photos.",
      languages: ["de"],
      examples: ["Caption this."],
    });
    expect(counts.get("caption")).toBe(3 + 2 + 1);
    expect(counts.get("german")).toBe(2 + 1);
    expect(counts.get("photo")).toBe(1);
    expect(wordsOf({ ...card, languages: Array.from({ length: 50 }, () => "de") }).has("german")).toBe(false);
    expect(wordsOf({ ...card, languages: ["?", "x-"] }).has("caption")).toBe(true);
  });

  it("that are embedded end with a word", () => {
    const text = embeddedText({ ...card, description: "word ".repeat(200) });
    expect(text.startsWith("Captions (image to text). word")).toBe(true);
    expect(text.length).toBeLessThanOrEqual(300);
    expect(text.endsWith("word")).toBe(true);
  });
});

describe("postings", () => {
  it("know how often a word stands where, also after cards have moved", () => {
    const postings = new Postings();
    for (const [slot, count] of [
      [0, 1],
      [3, 300],
      [7, 2],
      [9, 5],
    ] as const) {
      postings.append(slot, count);
    }
    expect([0, 1, 3, 7, 9, 10].map((slot) => postings.countOf(slot))).toEqual([1, 0, 255, 2, 5, 0]);
    postings.move(Int32Array.of(0, 1, 2, -1, 3, 4, 5, 6, 7, 8));
    expect([0, 6, 8, 3].map((slot) => postings.countOf(slot))).toEqual([1, 2, 5, 0]);
  });
});

type Document = { readonly words: readonly string[]; readonly task: string };

/** BM25 by its formula, over everything. */
function exactly(documents: readonly Document[], query: readonly string[], task: string | undefined): number[] {
  const average = documents.reduce((sum, { words }) => sum + words.length, 0) / documents.length;
  return documents.map((document) => {
    if (task !== undefined && document.task !== task) return 0;
    return [...new Set(query)].reduce((sum, word) => {
      const containing = documents.filter(({ words }) => words.includes(word)).length;
      const weight = Math.log(1 + (documents.length - containing + 0.5) / (containing + 0.5));
      const count = document.words.filter((other) => other === word).length;
      return sum + (weight * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * document.words.length) / average));
    }, 0);
  });
}

function indexed(documents: readonly Document[], budget: number): Lexical {
  const lexical = new Lexical(budget);
  for (const [slot, { words, task }] of documents.entries()) {
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    lexical.add(slot, task, counts);
  }
  return lexical;
}

describe("a search by words", () => {
  const word = fc.constantFrom("a", "b", "c", "d", "e", "rare", "rarer");
  const document = fc.record({
    words: fc.array(word, { minLength: 1, maxLength: 8 }),
    task: fc.constantFrom("x", "y"),
  });
  const all = { isThere: () => true };

  it("finds the best by the formula, in their order, whatever was read to find them", () => {
    fc.assert(
      fc.property(
        fc.array(document, { minLength: 1, maxLength: 40 }),
        fc.array(word, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(undefined, "x"),
        fc.integer({ min: 1, max: 6 }),
        (documents, query, task, k) => {
          const exact = exactly(documents, query, task)
            .filter((score) => score > 0)
            .toSorted((a, b) => b - a);
          const found = indexed(documents, Number.POSITIVE_INFINITY).search(query, { task, k, ...all });
          expect(found).toHaveLength(Math.min(k, exact.length));
          for (const [at, { score }] of found.entries()) expect(score).toBeCloseTo(exact[at] ?? 0, 4);
        },
      ),
    );
  });

  it("finds who has the rare word first, however little it may read", () => {
    const documents = Array.from({ length: 500 }, (_, at) => ({
      words: at === 400 ? ["a", "rare"] : ["a", "b"],
      task: "x",
    }));
    const found = indexed(documents, 1).search(["a", "rare", "b"], { task: "x", k: 3, ...all });
    expect(found[0]?.slot).toBe(400);
  });

  it("leaves out who is gone, and forgets them when cards move", () => {
    const documents = ["rare", "rare", "a"].map((only) => ({ words: [only], task: "x" }));
    const lexical = indexed(documents, 100);
    const isThere = (slot: number) => slot !== 0;
    expect(lexical.search(["rare"], { k: 5, isThere }).map(({ slot }) => slot)).toEqual([1]);
    lexical.move(Int32Array.of(-1, 0, 1), 2);
    expect(lexical.search(["rare", "a"], { k: 5, ...all }).map(({ slot }) => slot)).toEqual([0, 1]);
    lexical.add(2, "y", new Map([["rare", 1]]));
    expect(lexical.search(["rare"], { task: "y", k: 5, ...all }).map(({ slot }) => slot)).toEqual([2]);
  });
});

describe("one order out of several", () => {
  const orderOf = (...slots: number[]) => slots.map((slot, at) => ({ slot, score: -at }));
  const slotsOf = (...given: Parameters<typeof mergeRanks>) => mergeRanks(...given).map(({ slot }) => slot);

  it("puts first who stands high in all of them", () => {
    expect(slotsOf([orderOf(1, 2, 3), orderOf(4, 2, 5)], () => 0)).toEqual([2, 1, 4, 3, 5]);
  });

  it("makes no difference between equals, but prefers one", () => {
    const alike = [3, 1, 2].map((slot) => ({ slot, score: 7 }));
    expect(slotsOf([alike], () => 0)).toEqual([1, 2, 3]);
    expect(slotsOf([alike], (slot) => slot)).toEqual([3, 2, 1]);
    expect(slotsOf([alike, orderOf(2)], (slot) => slot)[0]).toBe(2);
  });
});
