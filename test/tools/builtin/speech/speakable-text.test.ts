/** Doubts: signs are dropped or read wrongly; accents break words; something not ASCII reaches the voice. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { speakableText } from "../../../../tools/builtin/speech/speakable-text.ts";

describe("speakableText", () => {
  it.each([
    ["It costs €20 or 5,50 €.", "It costs 20 euros or 5,50 euros."],
    ["£3 million", "3 million pounds"],
    ["30 km/h, 5kg and 10 °C", "30 kilometers per hour, 5 kilograms and 10 degrees Celsius"],
    ["salt & pepper, e.g. here vs. there", "salt and pepper, for example here versus there"],
    ["Naïve José in Łódź saw the Straße", "Naive Jose in Lodz saw the Strasse"],
    ["“quoted” — and ‘so’ on…", "\"quoted\", and 'so' on..."],
    ["Write to ann@example.com", "Write to ann at example dot com"],
    ["see https://www.example.com/ for more", "see example dot com for more"],
    ["open coffee.png at 5 p.m.", "open coffee dot png at 5 p.m."],
    ["on Jan. 5", "on January 5"],
    ["**bold** and `code`", "bold and code"],
    ["hello 😀 你好 world", "hello world"],
    ["Dr. Smith paid $3.50 for 20% of it", "Dr. Smith paid $3.50 for 20% of it"],
    ["call 555-1234", "call 555-1234"],
  ])("says %j as %j", (written, spoken) => {
    expect(speakableText(written)).toBe(spoken);
  });

  it("gives nothing but printable ASCII and line breaks, whatever comes in", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(speakableText(text)).toMatch(/^[\n\x20-\x7E]*$/);
      }),
    );
  });
});
