/** What can be asked: a task with typed, named inputs and outputs. Plain data, so that any planner can be given it. */
import { z } from "zod";
import { valueTypeSchema } from "../run/value.ts";

/**
 * How a planner without a language model finds an input's value in the words of a request.
 * `passage`: the text to work on (quoted, or made by an earlier step); `question`: a question sentence;
 * `label`: one thing named in the request ("blur the *dog*"); `labels`: a list of candidates;
 * `angle` degrees; `width`, `height` pixels; `language` a language name; `instruction`: the step's own wording.
 */
export const slotSchema = z.enum([
  "passage",
  "question",
  "label",
  "labels",
  "angle",
  "width",
  "height",
  "language",
  "instruction",
]);

export const inputSpecSchema = z.object({
  type: valueTypeSchema,
  description: z.string(),
  optional: z.boolean().optional(),
  slot: slotSchema.optional(),
});
export type InputSpec = z.infer<typeof inputSpecSchema>;

export const outputSpecSchema = z.object({
  type: valueTypeSchema,
  description: z.string(),
  /** What people call it afterwards: "summary", "transcript"; so that "the summary" is understood and said. */
  noun: z.string().optional(),
});
export type OutputSpec = z.infer<typeof outputSpecSchema>;

/** Stands as it is in prompts, plans and forms. */
const portNameSchema = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/, "an input or output is named by letters, digits, _ and -");

export const taskSpecSchema = z.object({
  /** Hugging Face's name of the task where it has one. */
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, "a task is named by a-z 0-9 . _ -"),
  title: z.string(),
  description: z.string(),
  /** In order of importance: the first is what the task works on. */
  inputs: z.record(portNameSchema, inputSpecSchema),
  /** In order of importance: the first is what the task is for. */
  outputs: z.record(portNameSchema, outputSpecSchema),
  /**
   * How its result is told, with `{input.name}` and `{output.name}` filled in:
   * "In {input.image}: {output.text}." Left out, the title introduces the first output.
   */
  says: z.string().optional(),
  /** Words and short phrases by which people ask for it: "transcribe", "speech to text". */
  phrases: z.array(z.string()).optional(),
  /** Whole requests as people write them. */
  examples: z.array(z.string()).optional(),
});
export type TaskSpec = z.infer<typeof taskSpecSchema>;

/** Keeps the literal types of a task's ports, so that an expert for it is typed. */
export function defineTask<const T extends TaskSpec>(spec: T): T {
  return spec;
}
