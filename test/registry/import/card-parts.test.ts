/** Are ids safe and apart, is merit what its formula says, and does no description hold markup or take for ever? */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expertCardSchema } from "../../../src/registry/expert-card.ts";
import { expertIdOf } from "../../../src/registry/import/expert-id.ts";
import { languageCodes } from "../../../src/registry/import/language-codes.ts";
import { meritOfCard } from "../../../src/registry/import/merit-of-card.ts";
import { plainDescription } from "../../../src/registry/import/plain-description.ts";

describe("an id", () => {
  it("is the model's name where that may be one", () => {
    expect(expertIdOf("Helsinki-NLP/opus-mt-en-fr")).toBe("huggingface/Helsinki-NLP/opus-mt-en-fr");
    expect(expertIdOf("gpt2")).toBe("huggingface/gpt2");
  });

  it("is allowed, no path, and of one model only, for any name", () => {
    const name = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.constantFrom("..", "a/../b", "a@b", "a b", "a-b"),
    );
    fc.assert(
      fc.property(name, name, (one, other) => {
        const [id, otherId] = [expertIdOf(one), expertIdOf(other)];
        expect(expertCardSchema.shape.id.safeParse(id).success).toBe(true);
        expect(id).not.toMatch(/(^|\/)\.{1,2}(\/|$)|\/\//);
        if (one !== other) expect(id).not.toBe(otherId);
      }),
    );
  });
});

describe("merit", () => {
  it("is 0.3 for nobody's model and 0.7 for everybody's", () => {
    expect(meritOfCard({ downloads: 0, likes: 0 })).toBe(0.3);
    expect(meritOfCard({ downloads: 1e9, likes: 1e6 })).toBe(0.7);
    expect(meritOfCard({ downloads: 999, likes: 9 })).toBe(0.3 + 0.4 * (0.7 * (3 / 7) + 0.3 * (1 / 4)));
  });

  it("never falls with more downloads or likes", () => {
    const amount = fc.nat(1e9);
    fc.assert(
      fc.property(amount, amount, amount, amount, (downloads, likes, more, liked) => {
        const grown = meritOfCard({ downloads: downloads + more, likes: likes + liked });
        expect(grown).toBeGreaterThanOrEqual(meritOfCard({ downloads, likes }));
      }),
    );
  });
});

describe("languages", () => {
  it("are codes, the shortest of each, once; what is none is left out", () => {
    const given = [
      "EN",
      "eng",
      "ru-RU",
      "zh_Hans",
      "jp",
      "vn",
      "iw",
      "multilingual",
      "code",
      "xx",
      "",
      "no",
      "mul",
      "yue",
    ];
    expect(languageCodes(given)).toEqual(["en", "ru", "zh", "ja", "vi", "he", "no", "yue"]);
  });
});

describe("a description", () => {
  it.each([
    ["---\nlicense: mit\n---\nIt sums up.", "It sums up."],
    ["# Title\n## Contents\n- [Uses](#uses)\n- [Training](#training)\n\nIt *sums* up `news`.", "It sums up news."],
    [
      "![logo](x.png)\nBy [Acme](https://acme.example), see https://acme.example/a?b=c for more.",
      "By Acme, see for more.",
    ],
    ["<p align=center><img src=x>It <b>sums</b> up.</p><script>alert(1)</script>", "It sums up."],
    ["```python\nprint(1)\n```\nIt sums up.\n```", "It sums up."],
    ["", ""],
  ])("is the prose of %j", (markdown, plain) => {
    expect(plainDescription(markdown)).toBe(plain);
  });

  it("ends with a sentence, or says that it goes on", () => {
    const long = plainDescription("A sentence of nine words that says very little. ".repeat(30));
    expect(long.length).toBeLessThanOrEqual(400);
    expect(long.endsWith("little.")).toBe(true);
    expect(plainDescription("word ".repeat(200)).endsWith("word…")).toBe(true);
  });

  it("is a short line without control characters, for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 2000 }), (markdown) => {
        const plain = plainDescription(markdown);
        expect(plain.length).toBeLessThanOrEqual(401);
        expect(plain).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(plain.isWellFormed()).toBe(true);
      }),
    );
  });

  it.each(["[", "[a](", "<", "<!--", "```", "- ", "* * ", "*_", "\n", " \n", "#", "|", "](", "https://"])(
    "is made of %j a hundred thousand times, too",
    (piece) => {
      expect(plainDescription(piece.repeat(100_000)).length).toBeLessThanOrEqual(401);
    },
  );
});
