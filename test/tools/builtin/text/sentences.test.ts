/** Doubts: abbreviations and line wraps cut sentences; offsets drift; text gets lost. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sentenceSpans, splitSentences } from "../../../../tools/builtin/text/sentences.ts";

describe("splitSentences", () => {
  it("does not end a sentence at an abbreviation, an initial or a quoted question", () => {
    const sentences = [
      "Dr. J. R. Smith met Mrs. Jones at the U.S. Army base.",
      "He paid $3.50.",
      '"Really?" she asked.',
      "Yes!",
    ];
    expect(splitSentences(sentences.join(" "))).toEqual(sentences);
  });

  it("joins wrapped lines, but keeps headings, list items and paragraphs apart", () => {
    const text = [
      "Minutes",
      "The committee met on Tuesday in the large hall to",
      "Discuss the new budget.",
      "",
      "- first item",
      "- second item",
    ].join("\n");
    expect(splitSentences(text)).toEqual([
      "Minutes",
      "The committee met on Tuesday in the large hall to Discuss the new budget.",
      "- first item",
      "- second item",
    ]);
  });

  it("splits other scripts as Unicode says", () => {
    expect(splitSentences("今天天气很好。我们去公园。")).toEqual(["今天天气很好。", "我们去公园。"]);
    expect(splitSentences("الطقس جميل اليوم. نحن ذاهبون إلى الحديقة.")).toHaveLength(2);
  });

  it("gives spans that stand at their offsets, in order, and lose nothing but white space", () => {
    const texts = fc.array(
      fc.constantFrom(
        "Mr. Ed",
        "Hello. ",
        "😀",
        "\n",
        "\r\n",
        " ",
        "a",
        "No! ",
        "x.\n\n",
        "“Oh?” he",
        "\u2028",
        "3.5",
        "é. É",
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(texts, (parts) => {
        const text = parts.join("");
        const spans = sentenceSpans(text);
        let end = 0;
        for (const span of spans) {
          expect(text.slice(span.start, span.end)).toBe(span.text);
          expect(text.slice(end, span.start).trim()).toBe("");
          end = span.end;
        }
        expect(text.slice(end).trim()).toBe("");
      }),
    );
  });
});
