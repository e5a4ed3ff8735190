/** Does it matter how an answer is cut into pieces, what stands around it, or where it breaks off? */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { ClosedValue, JsonPath } from "../../../src/plan/llm/json-grammar.ts";
import { createJsonScanner, type ScanOptions } from "../../../src/plan/llm/scan-json.ts";

const isStep = (path: JsonPath): boolean => path.length === 2 && path[0] === "steps";

function scan(pieces: readonly string[], options: Partial<ScanOptions> = {}) {
  const scanner = createJsonScanner({ wanted: isStep, ...options });
  const closed = pieces.map((piece) => scanner.push(piece));
  return { closed, all: closed.flat(), end: scanner.end() };
}

/** Cuts a text at the given places. */
function cut(text: string, places: readonly number[]): string[] {
  const sorted = [0, ...places.map((place) => place % (text.length + 1)).toSorted((a, b) => a - b), text.length];
  return sorted.slice(1).map((to, at) => text.slice(sorted[at], to));
}

/** Every value inside, the way a reader meets their ends. */
function valuesIn(value: unknown, path: JsonPath = []): ClosedValue[] {
  const children = Array.isArray(value)
    ? value.flatMap((one, at) => valuesIn(one, [...path, at]))
    : typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, one]) => valuesIn(one, [...path, key]))
      : [];
  return [...children, { path, value }];
}

const containers = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
const places = fc.array(fc.nat(2000), { maxLength: 30 });
const spacing = fc.constantFrom(undefined, 1, "\t");

it("gives every value of any JSON, in the order in which they end, however it is cut", () => {
  fc.assert(
    fc.property(containers, places, spacing, (value, where, indent) => {
      // Only what JSON itself can tell: -0 and "__proto__" keys are lost in writing.
      const text = JSON.stringify(value, undefined, indent);
      const plain: unknown = JSON.parse(text);
      const { all, end } = scan(cut(text, where), { wanted: () => true, maxDepth: 100 });
      expect(all).toEqual(valuesIn(plain));
      expect(end).toEqual({ roots: 1 });
    }),
  );
});

it("gives each step with the very character that closes it", () => {
  const step = fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 4 }), spacing, (steps, indent) => {
      const text = JSON.stringify({ steps, reply: "" }, undefined, indent);
      const { closed } = scan(text.split(""));
      let from = text.indexOf("[") + 1;
      for (const [at, values] of closed.entries()) {
        for (const { value } of values) {
          expect(text[at]).toBe("}");
          // Nothing but this one step stands between the one before and here.
          expect(JSON.parse(text.slice(text.indexOf("{", from), at + 1))).toEqual(value);
          from = at + 1;
        }
      }
      expect(closed.flat()).toHaveLength(steps.length);
    }),
  );
});

it("passes over prose, fences and what follows", () => {
  const around = fc.stringMatching(/^[A-Za-z .,:`\n{}]{0,40}$/).filter((text) => !/[{}]/.test(text));
  fc.assert(
    fc.property(around, around, places, (before, after, where) => {
      const { all, end } = scan(cut(`${before}\`\`\`json\n{"steps":[{"id":"t1"}]}\n\`\`\`${after}`, where));
      expect(all).toEqual([{ path: ["steps", 0], value: { id: "t1" } }]);
      expect(end.problem).toBeUndefined();
    }),
  );
});

it.each([
  ['I use {tools} [1] and {"no": json}. {"steps":[{"id":"t1"}]}'],
  ['{}{"steps":[{"id":"t1"}]}'],
  ['[see below] {"steps": [{"id":"t1"}]} {and more}'],
  ['{ {"steps":[{"id":"t1"}]}'],
])("finds the plan in %s", (text) => {
  expect(scan([text]).all.map(({ value }) => value)).toEqual([{ id: "t1" }]);
});

it("takes line breaks inside strings, which models write", () => {
  expect(scan(['{"steps":[{"text":"one\ntwo\tthree"}]}']).all[0]?.value).toEqual({ text: "one\ntwo\tthree" });
});

it.each([
  ['{"steps":[{"id":"t1"},{"id":"t2"', ["t1"], "it ends in the middle"],
  ['{"steps":[{"id":"t1"},}', ["t1"], 'there is "}" where a value should stand'],
  ['{"steps":[{"id":"t1"} {"id":"t2"}]}', ["t1"], 'there is "{" where "," or "]" should stand'],
  ['{"steps":[{"id":"t1"},{"id":tru}]}', ["t1"], "tru is no JSON"],
  [String.raw`{"steps":[{"id":"t1"},{"id":"\x"}]}`, ["t1"], String.raw`{"id":"\x"} is no JSON`],
])("says what is wrong with %s, and keeps what was readable", (text, ids, problem) => {
  const { all, end } = scan([text]);
  expect(all.map(({ value }) => (value as { id: string }).id)).toEqual(ids);
  expect(end.problem).toContain(problem);
});

it("goes on after a broken step: later ones are values of their own", () => {
  const { all } = scan(['{"steps":[{"id":"t1"},{"id":oops},{"id":"t3"}]}'], {
    wanted: (path) => isStep(path) || path.length === 0,
  });
  expect(all.map(({ value }) => value)).toEqual([{ id: "t1" }, { id: "t3" }]);
});

it("is read to its limits of depth and length only", () => {
  const deep = `{"steps":[{"id":"t1"},${"[".repeat(50)}${"]".repeat(50)}]}`;
  expect(scan([deep]).end.problem).toBe("it is nested deeper than 32 levels");
  const long = `{"steps":[{"id":"t1"},"${"x".repeat(500)}"]}`;
  const { all, end } = scan(cut(long, [50, 100, 300]), { maxCharacters: 200 });
  expect(all).toHaveLength(1);
  expect(end.problem).toBe("it is longer than 200 characters");
});

it("never throws, and is done soon, whatever it is given", () => {
  const junk = fc.stringMatching(/^[[\]{}",:\\0-9a-z \n-]{0,300}$/);
  fc.assert(
    fc.property(junk, places, (text, where) => {
      const whole = scan([text], { wanted: () => true });
      const pieces = scan(cut(text, where), { wanted: () => true });
      expect(pieces.all).toEqual(whole.all);
      expect(pieces.end).toEqual(whole.end);
    }),
  );
  const nested = scan([`${"[".repeat(31)}"`.repeat(3000)]);
  expect(nested.all).toEqual([]);
});
