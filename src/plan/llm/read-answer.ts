/** Reads a language model's answer as it comes: each step as soon as it is closed. */
import type { ModelChunk, ModelUsage } from "../../ports/language-model.ts";
import type { JsonPath } from "./json-grammar.ts";
import { createJsonScanner } from "./scan-json.ts";

export type AnswerPart =
  | { readonly type: "step"; readonly raw: unknown }
  | { readonly type: "reply" | "cannot"; readonly text: string }
  | {
      readonly type: "end";
      /** Whether there was a plan at all, an empty one included. */
      readonly isPlan: boolean;
      readonly problem?: string | undefined;
      readonly usage?: ModelUsage | undefined;
    };

/** A model that goes on talking after its plan is listened to for so many characters: its usage comes last. */
const MOST_AFTERWARDS = 200;

export async function* readAnswer(chunks: AsyncIterable<ModelChunk>): AsyncGenerator<AnswerPart> {
  const scanner = createJsonScanner({ wanted: isPart });
  let isPlan = false;
  let closed = false;
  let afterwards = 0;
  let usage: ModelUsage | undefined;
  for await (const chunk of chunks) {
    if (chunk.type === "usage") {
      usage = chunk.usage;
      continue;
    }
    if (closed) afterwards += chunk.text.length;
    if (afterwards > MOST_AFTERWARDS) break;
    for (const { path, value } of scanner.push(chunk.text)) {
      if (path.length === 0 && hasSteps(value)) {
        isPlan = true;
        closed = true;
      } else if (isSaid(path.at(-1))) {
        if (typeof value !== "string" || value.trim() === "") continue;
        isPlan = true;
        yield { type: path.at(-1) === "reply" ? "reply" : "cannot", text: value.trim() };
      } else if (path.at(-2) === "steps" || isStep(value)) {
        isPlan = true;
        yield { type: "step", raw: value };
      }
    }
  }
  // What comes after the plan is nobody's business, and not the plan's fault.
  yield { type: "end", isPlan, problem: closed ? undefined : scanner.end().problem, usage };
}

/** `{"steps":[...],"cannot":"","reply":""}`, the same inside of something, a bare list of steps, and bare steps one by one. */
function isPart(path: JsonPath): boolean {
  const last = path.at(-1);
  if (path.length === 0 || (path.length === 1 && (isSaid(last) || typeof last === "number"))) return true;
  return path.length <= 3 && path.at(-2) === "steps" && typeof last === "number";
}

const isSaid = (key: JsonPath[number] | undefined): boolean => key === "reply" || key === "cannot";
const isStep = (value: unknown): boolean => isObject(value) && "task" in value && !("steps" in value);
const hasSteps = (value: unknown): boolean => isObject(value) && "steps" in value && Array.isArray(value.steps);

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
