// A sceptic doubts that the grammar means what the schema says, so it is run: a small reader of GBNF decides what it takes.
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { schemaGrammar } from "../../src/llm/schema-grammar.ts";
import { accepts } from "../fakes/gbnf.ts";

const planSchema = {
  $defs: {
    input: {
      anyOf: [
        { type: "string" },
        { type: "object", properties: { node: { type: "string" } }, required: ["node"], additionalProperties: false },
      ],
    },
  },
  type: "object",
  properties: {
    nodes: {
      type: "array",
      maxItems: 2,
      items: {
        type: "object",
        properties: {
          id: { type: "string", minLength: 1, maxLength: 4 },
          task: { enum: ["caption", 'say "hi"'] },
          inputs: { type: "object", additionalProperties: { $ref: "#/$defs/input" } },
          count: { type: "integer" },
        },
        required: ["id", "task"],
        additionalProperties: false,
      },
    },
    note: { type: ["string", "null"] },
  },
  required: ["nodes"],
  additionalProperties: false,
};

test.each([
  ['{"nodes": []}', true],
  ['{"nodes":[],"note":null}', true],
  ['{"nodes": [{"id": "a", "task": "caption"}], "note": "x"}', true],
  [
    '{"nodes": [{"id": "a", "task": "say \\"hi\\"", "inputs": {"image": "b", "text": {"node": "c"}}, "count": -3}]}',
    true,
  ],
  ['{"nodes": [{"id": "a", "task": "caption", "count": 3}]}', true],
  ["{}", false],
  ['{"note": null, "nodes": []}', false],
  ['{"nodes": [{"id": "", "task": "caption"}]}', false],
  ['{"nodes": [{"id": "abcde", "task": "caption"}]}', false],
  ['{"nodes": [{"id": "a", "task": "paint"}]}', false],
  ['{"nodes": [{"id": "a", "task": "caption", "other": 1}]}', false],
  ['{"nodes": [{"task": "caption", "id": "a"}]}', false],
  ['{"nodes": [{"id": "a", "task": "caption", "count": 1.5}]}', false],
  ['{"nodes":    []}', false],
  ['{"nodes": []', false],
])("%s: %s", (text, fits) => {
  expect(accepts(schemaGrammar(planSchema), text)).toBe(fits);
});

test("a schema that refers to itself ends", () => {
  const tree = { $defs: { tree: { type: "array", items: { $ref: "#/$defs/tree" } } }, $ref: "#/$defs/tree" };
  expect(accepts(schemaGrammar(tree), "[[],[[]]]")).toBe(true);
  expect(accepts(schemaGrammar(tree), "[1]")).toBe(false);
});

test("a reference that leads nowhere is told", () => {
  expect(() => schemaGrammar({ $ref: "#/$defs/gone" })).toThrow("#/$defs/gone");
});

test("any JSON fits no schema", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 2 }), (text) => {
      expect(accepts(schemaGrammar({}), text)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test("what the grammar takes, the schema takes too", () => {
  const validate = new Ajv2020({ strict: false }).compile(planSchema);
  const grammar = schemaGrammar(planSchema);
  const node = fc.record(
    {
      id: fc.string({ maxLength: 5 }),
      task: fc.constantFrom("caption", "paint"),
      count: fc.oneof(fc.integer(), fc.double({ noNaN: true })),
    },
    { requiredKeys: [] },
  );
  const plan = fc.record(
    { nodes: fc.array(node, { maxLength: 3 }), note: fc.option(fc.string()) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(plan, (value) => {
      const text = JSON.stringify(value);
      if (accepts(grammar, text)) expect(validate(value)).toBe(true);
    }),
  );
});
