/** In which form a chat has to answer so that its words become the outputs of a task. */
import { z } from "zod";
import { TuttiError } from "../../../src/errors.ts";
import type { JsonSchema } from "../../../src/ports/language-model.ts";
import type { TaskSpec } from "../../../src/registry/task-spec.ts";
import type { ValueType } from "../../../src/run/value.ts";
import { splitLabels } from "../../builtin/text/split-labels.ts";
import { decodeOutputs } from "../values/decode-outputs.ts";
import { READING } from "./choose-api.ts";
import { NO_TEXT } from "./prompts.ts";

type Inputs = Readonly<Record<string, unknown>>;
type Outputs = Record<string, unknown>;

export type AnswerForm =
  | { readonly kind: "words"; readonly read: (words: string) => Outputs }
  | {
      readonly kind: "json";
      readonly schema: JsonSchema;
      /** @throws TuttiError `expert-failed` saying what is wrong */
      readonly read: (answer: unknown) => Promise<Outputs>;
    };

const feelings = ["positive", "negative", "neutral"] as const;

/** @throws TuttiError `bad-input` where the categories of a call are none */
export function answerFormOf(task: TaskSpec): (inputs: Inputs) => AnswerForm {
  if (task.id === "zero-shot-classification") {
    return ({ labels }) => sharesOf(splitLabels(z.string().parse(labels)), (best) => best);
  }
  if (task.id === "sentiment-analysis") {
    return () => sharesOf(feelings, (best, percent) => `${best} (${percent} %)`);
  }
  // Models say where a word stands, but not so that one could rely on it.
  if (task.id === READING) {
    return () => ({ kind: "words", read: (words) => ({ text: words === NO_TEXT ? "" : words, boxes: [] }) });
  }
  const [first, ...rest] = Object.entries(task.outputs);
  if (first?.[1].type === "text" && rest.length === 0) {
    return () => ({ kind: "words", read: (words) => ({ [first[0]]: requireWords(words) }) });
  }
  const form: AnswerForm = {
    kind: "json",
    schema: objectOf(
      Object.fromEntries(
        Object.entries(task.outputs).map(([name, { type, description }]) => [name, { ...schemaOf(type), description }]),
      ),
    ),
    read: async (answer) => decodeOutputs(task, parseOr(z.record(z.string(), z.unknown()), answer), noFile),
  };
  return () => form;
}

/**
 * A number for each label, under its name: none can be left out, given twice or made up, and whole numbers are what
 * grammars can keep within limits.
 */
function sharesOf(labels: readonly string[], inWords: (best: string, percent: number) => string): AnswerForm {
  const share = { type: "integer", minimum: 0, maximum: 100 };
  const answerSchema = z.object(Object.fromEntries(labels.map((label) => [label, z.number().min(0).max(100)])));
  return {
    kind: "json",
    schema: objectOf(Object.fromEntries(labels.map((label) => [label, share]))),
    read: (answer) => {
      const shares = parseOr(answerSchema, answer);
      const found = labels
        .map((label) => ({ label, score: Math.round(shares[label] ?? 0) / 100 }))
        .toSorted((a, b) => b.score - a.score);
      const [best] = found;
      const text = best === undefined ? "" : inWords(best.label, Math.round(best.score * 100));
      return Promise.resolve({ labels: found, text });
    },
  };
}

function objectOf(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

const texts: JsonSchema = { type: "array", items: { type: "string" } };
const label: JsonSchema = objectOf({
  label: { type: "string" },
  score: { type: "number", description: "0 to 1, 1 is certain" },
});

const schemas: Readonly<Record<string, JsonSchema>> = {
  text: { type: "string" },
  number: { type: "number" },
  boolean: { type: "boolean" },
  labels: { type: "array", items: label },
  table: objectOf({ columns: texts, rows: { type: "array", items: texts } }),
};

/** Of `json`, anything. */
function schemaOf(type: ValueType): JsonSchema {
  return typeof type === "string" ? (schemas[type] ?? {}) : { type: "array", items: schemaOf(type.list) };
}

/** @throws TuttiError `expert-failed` */
function requireWords(words: string): string {
  if (words !== "") return words;
  throw new TuttiError("expert-failed", "the model gave no answer", { retryable: true });
}

function parseOr<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 3).map(({ path, message }) => `${path.join(".")} ${message}`.trim());
  throw new TuttiError("expert-failed", faults.join("; "));
}

function noFile(_given: unknown, output: string): never {
  throw new TuttiError("internal", `a chat makes no file for ${output}`);
}
