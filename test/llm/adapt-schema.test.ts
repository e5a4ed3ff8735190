import { expect, test } from "vitest";
import { closeObjects, isStrictSchema, toGeminiSchema } from "../../src/llm/adapt-schema.ts";

const node = {
  type: "object",
  properties: { task: { const: "caption" }, type: { type: ["string", "null"] } },
  required: ["task"],
};
const schema = {
  type: "object",
  $defs: { node },
  properties: { nodes: { type: "array", items: { $ref: "#/$defs/node" } } },
  required: ["nodes"],
};

test("strict is what OpenAI calls so: closed, everything required, all the way down", () => {
  expect(isStrictSchema(schema)).toBe(false);
  const closed = {
    type: "object",
    properties: { a: { type: "string" } },
    required: ["a"],
    additionalProperties: false,
  };
  expect(isStrictSchema(closed)).toBe(true);
  expect(isStrictSchema({ ...closed, properties: { a: node } })).toBe(false);
  expect(isStrictSchema({ type: "array", items: closed })).toBe(true);
});

test("closes objects, but not those that say what else they hold", () => {
  expect(closeObjects(schema)).toMatchObject({
    additionalProperties: false,
    $defs: { node: { additionalProperties: false } },
  });
  const map = { type: "object", additionalProperties: { type: "string" } };
  expect(closeObjects(map)).toEqual(map);
});

test("Gemini gets its own subset, with properties of any name left alone", () => {
  expect(toGeminiSchema(schema)).toEqual({
    type: "object",
    properties: {
      nodes: {
        type: "array",
        items: {
          type: "object",
          properties: { task: { type: "string", enum: ["caption"] }, type: { type: "string", nullable: true } },
          required: ["task"],
        },
      },
    },
    required: ["nodes"],
  });
  const tree = { $defs: { tree: { type: "array", items: { $ref: "#/$defs/tree" } } }, $ref: "#/$defs/tree" };
  expect(toGeminiSchema(tree)).toBeUndefined();
});
