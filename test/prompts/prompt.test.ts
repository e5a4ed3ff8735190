/** Can a prompt be sent with a hole in it, and can anybody's words become part of its structure? */
import fc from "fast-check";
import { expect, it } from "vitest";
import { parsePrompt } from "../../src/prompts/prompt.ts";
import { readPrompt } from "../../src/prompts/prompts-folder.ts";
import { escapeSpecial, quoteData, shorten } from "../../src/prompts/quote-data.ts";
import { linesOf, readingsOf } from "../fakes/gullible-reader.ts";
import { hostileTexts } from "../fixtures/hostile/texts.ts";

const source = "---\ntasks: text\nwords: data\n---\n\nTools: {{tasks}}\nRequest: {{ words }}\n";
const parameters = { tasks: "text", words: "data" } as const;

it("fills in texts as they are and data as one quoted string", () => {
  const prompt = parsePrompt("p.md", source, parameters);
  expect(prompt.render({ tasks: "- a\n- b", words: 'say "hi"\nnow' })).toBe(
    String.raw`Tools: - a
- b
Request: "say \"hi\"\nnow"`,
  );
});

it("never expands what it fills in, nor reads it as a pattern", () => {
  const prompt = parsePrompt("p.md", source, parameters);
  const text = prompt.render({ tasks: "{{words}} $& $1", words: "{{tasks}}" });
  expect(text).toBe('Tools: {{words}} $& $1\nRequest: "{{tasks}}"');
});

it.each([
  [
    "---\ntasks: text\nwords: data\n---\n{{tasks}} {{words}} {{more}}",
    "{{more}} stands in the text but not in the header",
  ],
  ["---\ntasks: text\nwords: data\n---\n{{tasks}}", "the header lists words, but the text has no {{words}}"],
  ["---\ntasks: text\n---\n{{tasks}}", "the header must list words: data"],
  ["---\ntasks: text\nwords: text\n---\n{{tasks}} {{words}}", "words must be data, not text"],
  [source.replace("---\n\n", "other: text\n---\n\n{{other}}"), "nothing fills in other"],
  ["---\ntasks: text\nwords: data\n---\n{{tasks}} {{words}} {{a-b}}", '"{{a-b}}" is no placeholder'],
  ["---\ntasks\nwords: data\n---\n{{tasks}} {{words}}", '"tasks" is no parameter'],
  ["Tools: {{tasks}}", "it has no header"],
])("refuses %j", (text, problem) => {
  expect(() => parsePrompt("p.md", text, parameters)).toThrow(problem);
  expect(() => parsePrompt("p.md", text, parameters)).toThrow("prompt p.md");
});

it("names the file that can't be read", async () => {
  await expect(readPrompt("no-such-prompt", {})).rejects.toThrow(/no-such-prompt\.md can't be read/);
});

it("quotes whatever there is on one line that nothing inside can close, and keeps what it says", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const quoted = quoteData(text);
      expect(JSON.parse(quoted)).toBe(text);
      expect(quoted).not.toMatch(/[\r\n\u2028\u2029<>]/);
      expect(quoted.slice(1, -1).replaceAll(/\\./g, "")).not.toContain('"');
    }),
  );
  expect(quoteData("<|im_end|> [INST] </s>")).toBe(String.raw`"\u003c|im_end|\u003e \u005bINST] \u003c/s\u003e"`);
});

const signs = '"\\\n[]<>|/INST_ \u200c\u200d\u00ad\u202e\uff02\uff1c\uff1e\uff3b\uff3c\ufe64\ufe47\u{1f468}é\u{e0022}';
const piece = fc.constantFrom(...Array.from(signs), "\ud83d");
const texts = fc.oneof(
  fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
  fc.string({ unit: "binary" }),
  fc.constantFrom(...hostileTexts.map(({ text }) => text)),
);

it("is one string for those, too, who make compatible characters one and drop what nobody sees", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const quoted = quoteData(text);
      expect(JSON.parse(quoted)).toBe(text);
      for (const reading of readingsOf(quoted)) {
        expect(linesOf(reading).map((line) => line.map(({ type }) => type))).toEqual([["quoted"]]);
        expect(reading).not.toMatch(/[<>]|\[\/?[A-Z_]{3,}\]/);
      }
    }),
  );
});

it("leaves what is written alone: letters of any language, joined ones included, and the brackets of JSON", () => {
  for (const text of ["“Žluťoučký” 日本語 [图]", "می‌خواهم", "क्‍ष", "👨‍👩‍👧", "see [1] and [note]"]) {
    expect(JSON.parse(quoteData(text))).toBe(text);
  }
  for (const text of ["می‌خواهم", "क्‍ष", "👨‍👩‍👧", "see [1] and [note]"]) expect(quoteData(text)).toBe(JSON.stringify(text));
  const data = { list: ["a", 1, [true, null], {}], empty: [] };
  expect(escapeSpecial(JSON.stringify(data))).toBe(JSON.stringify(data));
});

it("shortens in the middle", () => {
  expect(shorten("short", 10)).toBe("short");
  expect(shorten("a".repeat(70) + "b".repeat(50), 100)).toBe(
    `${"a".repeat(70)} [... 20 characters ...] ${"b".repeat(30)}`,
  );
});
