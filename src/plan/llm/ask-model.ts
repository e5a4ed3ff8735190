/** One call of a language model, its answer as it comes. */
import type { JsonSchema, LanguageModel, ModelMessage } from "../../ports/language-model.ts";
import type { PlanningEvent } from "./planning-event.ts";
import { type AnswerPart, readAnswer } from "./read-answer.ts";

export interface Question {
  readonly purpose: "plan" | "repair";
  readonly messages: readonly ModelMessage[];
  readonly schema: JsonSchema | undefined;
  readonly maxTokens: number;
  readonly signal: AbortSignal;
}

/** @throws TuttiError what the model throws */
export async function* askModel(
  model: LanguageModel,
  { purpose, ...call }: Question,
  onEvent: (event: PlanningEvent) => void,
): AsyncGenerator<AnswerPart> {
  for await (const part of readAnswer(model.stream(call))) {
    if (part.type === "end") {
      const promptCharacters = call.messages.reduce((sum, { content }) => sum + lengthOf(content), 0);
      onEvent({ type: "call", purpose, promptCharacters, usage: part.usage });
    }
    yield part;
  }
}

/** Of the text: pictures are counted by nobody but their provider. */
function lengthOf(content: ModelMessage["content"]): number {
  if (typeof content === "string") return content.length;
  return content.reduce((sum, part) => sum + (part.type === "text" ? part.text.length : 0), 0);
}
