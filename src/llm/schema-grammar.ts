import { TuttiError } from "../errors.ts";
import type { JsonSchema } from "../ports/language-model.ts";
import { findReference, isRecord } from "./adapt-schema.ts";

/**
 * Rules that every grammar may use. Space is at most one blank, so that no model can lose itself in white space; a
 * string's control signs must be escaped, as JSON wants it; numbers have no more digits than JavaScript writes.
 */
const COMMON: Readonly<Record<string, string>> = {
  colon: '":" " "?',
  comma: '"," " "?',
  char: String.raw`[^"\\\x7F\x00-\x1F] | "\\" (["\\bfnrt/] | "u" [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F])`,
  string: String.raw`"\"" char* "\""`,
  integer: '"-"? ("0" | [1-9] [0-9]{0,20})',
  number: 'integer ("." [0-9]{1,24})? ([eE] [-+]? [0-9]{1,3})?',
  boolean: '"true" | "false"',
  null: '"null"',
  value: "object | array | string | number | boolean | null",
  object: '"{" (pair (comma pair)*)? "}"',
  pair: "string colon value",
  array: '"[" (value (comma value)*)? "]"',
};

/**
 * A JSON Schema as a GBNF grammar for llama.cpp: an answer of that shape, properties in the schema's order, optional ones
 * left out at will. Not expressed, so left to the checker: patterns, formats, bounds of numbers, `allOf`, `not`.
 * (After llama.cpp's `json-schema-to-grammar`, Georgi Gerganov and others, 2023; its own is not reachable from Node, and
 * node-llama-cpp's makes every property required.)
 * @throws TuttiError `internal` on a reference that leads nowhere
 */
export function schemaGrammar(schema: JsonSchema): string {
  const rules = new Map<string, string>();
  const references = new Map<string, string>();

  function add(body: string): string {
    const name = `r${rules.size}`;
    rules.set(name, body);
    return name;
  }

  function refer(reference: string): string {
    const known = references.get(reference);
    if (known !== undefined) return known;
    const target = findReference(schema, reference);
    if (target === undefined) throw new TuttiError("internal", `the schema's reference ${reference} leads nowhere`);
    const name = `ref${references.size}`;
    // Known before its body is made: a schema may refer to itself.
    references.set(reference, name);
    rules.set(name, ruleOf(target));
    return name;
  }

  function oneOf(options: readonly unknown[]): string {
    return `(${options.map((option) => ruleOf(isRecord(option) ? option : {})).join(" | ")})`;
  }

  function ruleOf(part: JsonSchema): string {
    if (typeof part["$ref"] === "string") return refer(part["$ref"]);
    if (part["const"] !== undefined) return literal(JSON.stringify(part["const"]));
    if (Array.isArray(part["enum"]))
      return `(${part["enum"].map((value) => literal(JSON.stringify(value))).join(" | ")})`;
    const options = part["anyOf"] ?? part["oneOf"];
    if (Array.isArray(options)) return oneOf(options);
    const { type } = part;
    if (Array.isArray(type)) return oneOf(type.map((single: unknown) => ({ ...part, type: single })));
    if (type === "object" || isRecord(part["properties"])) return objectRule(part);
    if (type === "array") return arrayRule(part);
    if (type === "string") return stringRule(part);
    return typeof type === "string" && type in COMMON ? type : "value";
  }

  function stringRule(part: JsonSchema): string {
    if (part["maxLength"] === undefined && part["minLength"] === undefined) return "string";
    return add(String.raw`"\"" char${times(part["minLength"], part["maxLength"])} "\""`);
  }

  function arrayRule(part: JsonSchema): string {
    const item = isRecord(part["items"]) ? ruleOf(part["items"]) : "value";
    const least = count(part["minItems"]) ?? 0;
    const most = count(part["maxItems"]);
    if (most === 0) return literal("[]");
    const more = times(Math.max(least - 1, 0), most === undefined ? undefined : most - 1);
    const filled = `${item} (comma ${item})${more}`;
    return add(`"[" ${least === 0 ? `(${filled})?` : filled} "]"`);
  }

  function objectRule(part: JsonSchema): string {
    const properties = Object.entries(isRecord(part["properties"]) ? part["properties"] : {});
    const required = new Set(Array.isArray(part["required"]) ? part["required"] : []);
    const extra = part["additionalProperties"];
    if (properties.length === 0 && !isRecord(extra)) return extra === false ? literal("{}") : "object";
    const pair = isRecord(extra) ? add(`string colon ${ruleOf(extra)}`) : undefined;
    // Built from the end: what may follow when something stands before it (with a comma), and when nothing does.
    let after = pair === undefined ? "" : add(`(comma ${pair})*`);
    let first = pair === undefined ? "" : add(`(${pair} (comma ${pair})*)?`);
    for (const [name, child] of properties.toReversed()) {
      const own = `${literal(JSON.stringify(name))} colon ${ruleOf(isRecord(child) ? child : {})}`;
      const optional = !required.has(name);
      const begun = `${own} ${after}`;
      first = add(optional ? `${begun} | ${first === "" ? '""' : first}` : begun);
      after = add(optional ? `(comma ${own})? ${after}` : `comma ${begun}`);
    }
    return `"{" ${first} "}"`;
  }

  const root = ruleOf(schema);
  return Object.entries({ root, ...Object.fromEntries(rules), ...COMMON })
    .map(([name, body]) => `${name} ::= ${body}`)
    .join("\n");
}

/** A text as a GBNF literal: JSON's own escapes serve. */
function literal(text: string): string {
  return JSON.stringify(text);
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : undefined;
}

function times(least: unknown, most: unknown): string {
  return `{${count(least) ?? 0},${count(most) ?? ""}}`;
}
