/** Shows the model what is wrong with its answer, once, and takes what it makes of it. */
import * as z from "zod";
import { createJsonText } from "../../llm/json-text.ts";
import type { FuseInput } from "../../ports/fuser.ts";
import type { LanguageModel } from "../../ports/language-model.ts";
import { escapeSpecial, quoteData } from "../../prompts/quote-data.ts";
import { checkGrounding, type CheckedLine, type CheckedSentence } from "../grounding/check-grounding.ts";
import type { Evidence } from "../grounding/evidence.ts";

const correctionsSchema = z.object({
  corrections: z.array(z.object({ number: z.int(), text: z.string() })),
});
const schema = z.toJSONSchema(correctionsSchema);

export interface Correcting {
  readonly model: LanguageModel;
  /** What the model was told and shown for its answer. */
  readonly prompt: string;
  readonly records: string;
  readonly draft: string;
  readonly evidence: Evidence;
  readonly tidy: (text: string) => string;
  readonly maxTokens: number;
  readonly signal: AbortSignal;
  readonly used?: FuseInput["used"];
}

/** The lines with the offending sentences as the model mended them, checked again; what it left out stays as it was. */
export async function askCorrections(lines: readonly CheckedLine[], correcting: Correcting): Promise<CheckedLine[]> {
  const { model, prompt, records, draft, evidence, tidy, maxTokens, signal, used } = correcting;
  const faulty = lines.flatMap((line) => line.sentences).filter(({ faults }) => faults.length > 0);
  const listed = faulty.map(({ text, faults }, index) =>
    escapeSpecial(JSON.stringify({ number: index + 1, sentence: text, faults: faults.map(({ message }) => message) })),
  );
  // What it wrote repeats what tools and files gave: as a turn of its own, that would no longer be quoted.
  const content = [records, "Your answer:", quoteData(draft), "Faults in your answer:", ...listed].join("\n");
  const messages = [
    { role: "system", content: prompt },
    { role: "user", content },
  ] as const;
  const call = { messages, schema, maxTokens, signal };
  const takeJson = createJsonText();
  let json = "";
  for await (const chunk of model.stream(call)) {
    if (chunk.type === "text") json += takeJson(chunk.text);
    else used?.(chunk.usage);
  }

  const mended = new Map<CheckedSentence, readonly CheckedSentence[]>();
  for (const { number, text } of readCorrections(json)) {
    const sentence = faulty[number - 1];
    if (!sentence) continue;
    const checked = checkGrounding(tidy(asSentence(text)), evidence);
    mended.set(
      sentence,
      checked.flatMap((line) => line.sentences),
    );
  }
  return lines.map((line) => ({
    ...line,
    sentences: line.sentences.flatMap((sentence) => mended.get(sentence) ?? [sentence]),
  }));
}

/** It takes the place of a sentence, so it is no heading, bullet or list of its own. */
function asSentence(text: string): string {
  return text.replaceAll(/\s+/gu, " ").replace(/^[\s\-*•–—>#]+/u, "");
}

/** None where it can't be read: then every sentence stays as it was. */
function readCorrections(json: string): z.infer<typeof correctionsSchema>["corrections"] {
  try {
    return correctionsSchema.safeParse(JSON.parse(json)).data?.corrections ?? [];
  } catch {
    return [];
  }
}
