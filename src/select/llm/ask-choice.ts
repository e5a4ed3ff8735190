/** Asks a model which of some experts is to do a step, and once again where its answer can't be used. */
import * as z from "zod";
import { createJsonText } from "../../llm/json-text.ts";
import type { LanguageModel, ModelMessage } from "../../ports/language-model.ts";
import { quoteData, shorten } from "../../prompts/quote-data.ts";
import type { Usage } from "../../run/events.ts";
import { addTokens } from "../../run/usage.ts";

/** One correction: a model that errs twice errs for ever. */
const TRIES = 2;
const MAX_TOKENS = 200;
const REASON_LENGTH = 300;
const ANSWER_LENGTH = 500;

const choiceSchema = z.object({ id: z.string(), reason: z.string().default("") });

export interface Choice {
  readonly id: string;
  /** On one line. */
  readonly reason: string;
  readonly usage: Usage;
}

/**
 * @param ids of the experts to choose from, at least two
 * @returns undefined where the model named none of them, twice
 * @throws TuttiError as the model does
 */
export async function askChoice(
  model: LanguageModel,
  prompt: string,
  choice: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Choice | undefined> {
  const schema = z.toJSONSchema(z.object({ id: z.enum(ids), reason: z.string() }));
  let content = choice;
  let usage: Usage = {};
  for (let turn = 0; turn < TRIES; turn += 1) {
    const takeJson = createJsonText();
    let answer = "";
    let json = "";
    const messages: ModelMessage[] = [
      { role: "system", content: prompt },
      { role: "user", content },
    ];
    for await (const chunk of model.stream({ messages, schema, maxTokens: MAX_TOKENS, signal })) {
      if (chunk.type === "usage") {
        usage = addTokens(usage, chunk.usage);
        continue;
      }
      answer += chunk.text;
      json += takeJson(chunk.text);
    }
    const chosen = readChoice(json);
    if (chosen && ids.includes(chosen.id)) return { ...chosen, usage };
    const wrong = chosen
      ? `There is no expert ${quoteData(shorten(chosen.id, REASON_LENGTH))}.`
      : 'Your answer is not the JSON object {"id":ID,"reason":WHY}.';
    // It may repeat what cards say: as a turn of its own, that would no longer be quoted.
    const said = `You answered: ${quoteData(shorten(answer, ANSWER_LENGTH))}`;
    content = [choice, said, `${wrong} Answer again. ID is one of: ${ids.join(", ")}`].join("\n");
  }
  return undefined;
}

function readChoice(json: string): Omit<Choice, "usage"> | undefined {
  try {
    const { data } = choiceSchema.safeParse(JSON.parse(json));
    return data && { id: data.id.trim(), reason: oneLine(data.reason) };
  } catch {
    return undefined;
  }
}

function oneLine(reason: string): string {
  return shorten(reason.replaceAll(/\s+/gu, " ").trim(), REASON_LENGTH);
}
