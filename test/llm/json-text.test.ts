import fc from "fast-check";
import { expect, test } from "vitest";
import { createJsonText } from "../../src/llm/json-text.ts";

function through(pieces: readonly string[]): string {
  const take = createJsonText();
  return pieces.map(take).join("");
}

test("leaves out fences, thoughts and phrases", () => {
  expect(through(["Sure! Here:\n```js", 'on\n{"a', '": 1}', "\n```\nDone {really}"])).toBe('{"a": 1}');
  expect(through(["<think>maybe {", "no}</thi", 'nk>\n[{"b": "}]"}]'])).toBe('[{"b": "}]"}]');
  expect(through(["no JSON at all"])).toBe("");
});

test("hands on a piece as soon as it comes", () => {
  const take = createJsonText();
  expect(take('{"nodes": [')).toBe('{"nodes": [');
  expect(take('{"x"')).toBe('{"x"');
});

test("any object or list comes out as it is, however it is cut", () => {
  const value = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
  fc.assert(
    fc.property(value, fc.integer({ min: 1, max: 7 }), (json, length) => {
      const text = JSON.stringify(json);
      const pieces = text.match(new RegExp(`[\\s\\S]{1,${length}}`, "gu")) ?? [];
      expect(through(["```json\n", ...pieces, "\n```"])).toBe(text);
    }),
  );
});
