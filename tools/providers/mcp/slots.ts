/** Guesses by which words of a request the planner without a language model fills an input of a tool. Pure. */
import type { InputSpec } from "../../../src/registry/task-spec.ts";

type Slot = InputSpec["slot"];

const patterns = {
  language: /^(?:target|to|output|dest(?:ination)?)?_?lang(?:uage)?(?:_?code)?$/i,
  question: /question/i,
  /** What is best given whole: the planner can't know which of its words are meant. */
  instruction: /instruction|prompt|command|query|search|keyword|topic|expression/i,
  angle: /^(?:angle|degrees|rotation)$/i,
  width: /^(?:max_?)?width$/i,
  height: /^(?:max_?)?height$/i,
} as const;

interface Named {
  /** What the tool calls it. */
  readonly property: string;
  readonly spec: InputSpec;
}

/** Undefined where nothing can be guessed: then only a language model, or a plan, can fill it. */
export function slotOf(port: Named, all: readonly Named[]): Slot {
  const { property, spec } = port;
  if (spec.type === "number") {
    const measure = (["angle", "width", "height"] as const).find((slot) => patterns[slot].test(property));
    // Sizes are of pictures; a task that makes none has other ones in mind.
    return all.some(({ spec: { type } }) => type === "image") ? measure : undefined;
  }
  if (spec.type !== "text") return undefined;
  if (patterns.language.test(property)) return "language";
  if (spec.optional === true) return undefined;
  if (patterns.question.test(property)) return "question";
  if (patterns.instruction.test(property)) return "instruction";
  // What is left of the words when what asks for the tool is taken away; with several texts nobody knows which is which.
  const free = all.filter((other) => isFree(other));
  return free.length === 1 && free[0]?.property === property ? "passage" : undefined;
}

/** A required text of which the name says nothing. */
function isFree({ property, spec }: Named): boolean {
  const isNamed = [patterns.language, patterns.question, patterns.instruction].some((one) => one.test(property));
  return spec.type === "text" && spec.optional !== true && !isNamed;
}
