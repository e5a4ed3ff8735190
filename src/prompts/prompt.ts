/**
 * Prompts as files: a header that lists the parameters with their types, then text with `{{name}}` placeholders.
 *
 *     ---
 *     tasks: text
 *     request: data
 *     ---
 *     Tools: {{tasks}}
 *     Request: {{request}}
 */
import { TuttiError } from "../errors.ts";
import { quoteData } from "./quote-data.ts";

/** `text`: our own words, inserted as they are. `data`: anybody else's, inserted as one quoted string. */
const parameterTypes = ["text", "data"] as const;
export type ParameterType = (typeof parameterTypes)[number];
export type PromptParameters = Readonly<Record<string, ParameterType>>;

export interface Prompt<Parameters extends PromptParameters> {
  readonly name: string;
  render(values: { readonly [Name in keyof Parameters]: string }): string;
}

const header = /^---\n([\s\S]*?)\n?---\n/;
const placeholder = /\{\{\s*([A-Za-z][A-Za-z0-9]*)\s*\}\}/g;

/**
 * @param expected what the code will fill in
 * @throws TuttiError `misconfigured` where header, placeholders and code don't agree; the message names all that differ
 */
export function parsePrompt<const Parameters extends PromptParameters>(
  name: string,
  source: string,
  expected: Parameters,
): Prompt<Parameters> {
  const text = source.replaceAll("\r\n", "\n");
  const found = header.exec(text);
  if (!found) throw wrong(name, ["it has no header; start it with ---, a line per parameter, and ---"]);
  const body = text.slice(found[0].length).trim();
  const { declared, faults } = readHeader(found[1] ?? "");
  const used = new Set([...body.matchAll(placeholder)].map(([, one = ""]) => one));
  const odd = body.replaceAll(placeholder, "").match(/\{\{.{0,20}/)?.[0];
  faults.push(
    ...(odd === undefined ? [] : [`"${odd}" is no placeholder; write {{name}}`]),
    ...missingFrom(used, declared, (one) => `{{${one}}} stands in the text but not in the header`),
    ...missingFrom(declared, used, (one) => `the header lists ${one}, but the text has no {{${one}}}`),
    ...missingFrom(declared, new Map(Object.entries(expected)), (one) => `nothing fills in ${one}`),
    ...Object.entries(expected).flatMap(([one, type]) => {
      const given = declared.get(one);
      if (given === type) return [];
      return [given === undefined ? `the header must list ${one}: ${type}` : `${one} must be ${type}, not ${given}`];
    }),
  );
  if (faults.length > 0) throw wrong(name, faults);
  const types = new Map<string, ParameterType>(Object.entries(expected));
  return {
    name,
    // One pass: what is inserted is never looked at again, so that {{x}} in somebody's words stays what it is.
    render: (values) => {
      const given = new Map<string, string>(Object.entries(values));
      return body.replaceAll(placeholder, (_, one: string) => {
        const value = given.get(one) ?? "";
        return types.get(one) === "data" ? quoteData(value) : value;
      });
    },
  };
}

function readHeader(lines: string) {
  const declared = new Map<string, string>();
  const faults: string[] = [];
  for (const line of lines.split("\n").filter((one) => one.trim() !== "")) {
    const [, name = "", type = ""] = /^([A-Za-z][A-Za-z0-9]*):\s*(\w+)\s*$/.exec(line) ?? [];
    if (name === "") faults.push(`"${line}" is no parameter; write name: ${parameterTypes.join(" or name: ")}`);
    else declared.set(name, type);
  }
  return { declared, faults };
}

function missingFrom(
  names: { keys(): Iterable<string> },
  others: { has(name: string): boolean },
  say: (name: string) => string,
): string[] {
  return [...names.keys()].filter((name) => !others.has(name)).map(say);
}

function wrong(name: string, faults: readonly string[]): TuttiError {
  return new TuttiError("misconfigured", `prompt ${name}: ${faults.join("; ")}`);
}
