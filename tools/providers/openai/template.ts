/** Prompts with `{{name}}` for inputs, filled in for each call. */
import { TuttiError } from "../../../src/errors.ts";
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import { own } from "../../../src/run/state.ts";
import { isAssetType } from "../../../src/run/value.ts";
import { baseOf } from "./choose-api.ts";

type Inputs = Readonly<Record<string, unknown>>;

/** @throws TuttiError `bad-input` where a needed input holds no words */
export type FillTemplate = (inputs: Inputs) => string;

const placeholder = /\{\{\s*([^{}\s]+)\s*\}\}/g;

/**
 * @param defaults for optional inputs that are not given; without one, nothing stands there
 * @throws TuttiError `bad-input` for a placeholder that is no input of words, and for one that is missing
 */
export function templateFor(
  task: TaskSpec,
  source: string,
  defaults: Readonly<Record<string, string>> = {},
): FillTemplate {
  const names = new Set([...source.matchAll(placeholder)].map(([, name = ""]) => name));
  const worded = new Set(inputsInWords(task));
  const odd = [...names].filter((name) => !worded.has(name));
  if (odd.length > 0) {
    const known = worded.size === 0 ? "it has none in words" : `it has ${[...worded].join(", ")}`;
    throw new TuttiError("bad-input", `settings.prompt: ${task.id} has no input ${odd.join(", ")}; ${known}`);
  }
  const missing = [...worded].filter((name) => task.inputs[name]?.optional !== true && !names.has(name));
  if (missing.length > 0) {
    const wanted = missing.map((name) => `{{${name}}}`).join(" and ");
    throw new TuttiError("bad-input", `settings.prompt leaves out ${wanted}, which ${task.id} is about`);
  }
  // One pass: what is inserted is never looked at again.
  return (inputs) =>
    source.replaceAll(placeholder, (_, name: string) => wordsOf(task, inputs, name) ?? defaults[name] ?? "");
}

/** Names of the inputs that can be said in words; files go along by themselves. */
export function inputsInWords({ inputs }: TaskSpec): string[] {
  return Object.entries(inputs).flatMap(([name, { type }]) => (isAssetType(baseOf(type)) ? [] : [name]));
}

/**
 * Undefined where the input was not given, or is empty and may be left out.
 * @throws TuttiError `bad-input` where a needed one is empty
 */
export function wordsOf(task: TaskSpec, inputs: Inputs, name: string): string | undefined {
  const value = own(inputs, name);
  if (value === undefined) return undefined;
  const words = typeof value === "string" ? value.toWellFormed().trim() : JSON.stringify(value);
  if (words !== "") return words;
  if (task.inputs[name]?.optional === true) return undefined;
  throw new TuttiError("bad-input", `The input ${name} is empty; send some words.`);
}
