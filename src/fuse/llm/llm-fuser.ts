/**
 * Lets a language model write the answer, and holds every sentence of it against what was recorded: what offends is
 * mended once by the model, and after that gives way to recorded words.
 */
import { asTuttiError } from "../../errors.ts";
import type { FuseInput, Fuser } from "../../ports/fuser.ts";
import type { LanguageModel, ModelMessage } from "../../ports/language-model.ts";
import { formatType } from "../../run/value.ts";
import type { Answer } from "../answer.ts";
import { checkGrounding, faultsOf, type CheckedLine } from "../grounding/check-grounding.ts";
import { evidenceOf, loadAttachedTexts, loadOutputs } from "../grounding/evidence.ts";
import { askCorrections } from "./ask-corrections.ts";
import { composeAnswer } from "./compose-answer.ts";
import { describeResults } from "./describe-results.ts";
import { tidyMarkers } from "./markers.ts";
import { outcomeWords } from "./outcome-words.ts";
import { tellAsItComes } from "./tell-as-it-comes.ts";

export interface LlmFuserOptions {
  readonly model: LanguageModel;
  /** Repeats records word for word, each with its citation: for what the model fails at, and for what was not done. */
  readonly fallback: Fuser;
  /** Text of `prompts/fuse.md`. */
  readonly prompt: string;
  /** Tokens of the answer at most. @default 1000 */
  readonly maxTokens?: number;
  /** Characters of the records that the model is shown at most. @default what its context holds, or 24 000 */
  readonly maxCharacters?: number;
}

const DEFAULT_CHARACTERS = 24_000;
const LEAST_CHARACTERS = 1500;
/** Less than English has: other languages and JSON take more tokens. */
const CHARACTERS_PER_TOKEN = 2.5;

export function createLlmFuser(options: LlmFuserOptions): Fuser {
  return { name: `llm:${options.model.name}@1`, fuse: (input, signal) => fuse(options, input, signal) };
}

async function fuse(options: LlmFuserOptions, input: FuseInput, signal: AbortSignal): Promise<Answer> {
  const { model, fallback, prompt, maxTokens = 1000 } = options;
  const { state, tell, used, note = () => {} } = input;
  const source = { state, load: remember(input.load) };
  const told = await fallback.fuse(source, signal);
  const words = outcomeWords(state, told);
  // Nothing was found: there is nothing to put into words.
  if (words.found.size === 0) return told;

  const outputs = await loadOutputs(source);
  const evidence = evidenceOf(state, outputs, told, await loadAttachedTexts(source));
  const tidy = (text: string) => tidyMarkers(text, (id) => evidence.nodes.has(id));
  const { text: records } = describeResults(state, words, outputs, roomFor(options));
  const messages: ModelMessage[] = [
    { role: "system", content: prompt },
    { role: "user", content: records },
  ];
  const teller = tell && tellAsItComes(state, evidence, tell);
  let draft = "";
  try {
    for await (const chunk of model.stream({ messages, maxTokens, signal })) {
      if (chunk.type === "usage") used?.(chunk.usage);
      if (chunk.type !== "text") continue;
      draft += chunk.text;
      teller?.(tidy(withoutThoughts(draft)));
    }
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    note(`${model.name} could not write the answer, so it is told in recorded words: ${whatWentWrong(thrown)}`);
    return told;
  }

  let lines: readonly CheckedLine[] = checkGrounding(tidy(withoutThoughts(draft)), evidence);
  if (faultsOf(lines).length > 0) {
    try {
      const asked = { model, prompt, records, draft };
      lines = await askCorrections(lines, { ...asked, evidence, tidy, maxTokens, signal, used });
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      note(`${model.name} could not mend its answer: ${whatWentWrong(thrown)}`);
    }
  }
  if (mostlyOffends(lines)) {
    const [first] = faultsOf(lines);
    note(
      `what ${model.name} wrote does not hold, so the answer is told in recorded words: ${first?.message ?? "it is empty"}`,
    );
    return told;
  }
  const { answer, replaced, added } = composeAnswer(state, lines, words, told);
  // Sentences can mean something else beside others than they did where they stood: what leaves here is what is checked.
  const [left] = faultsOf(checkGrounding(answer.text, evidence));
  if (left) {
    note(`what is left of the answer by ${model.name} does not hold, so it is told in recorded words: ${left.message}`);
    return told;
  }
  if (replaced > 0) note(`${replaced} of the sentences by ${model.name} did not hold and were left out or replaced`);
  if (added > 0) note(`${added} results that ${model.name} left out are told in recorded words`);
  return answer;
}

function mostlyOffends(lines: readonly CheckedLine[]): boolean {
  const sentences = lines.flatMap((line) => line.sentences);
  const faulty = sentences.filter(({ faults }) => faults.length > 0).length;
  return (
    faulty * 2 > sentences.length || !sentences.some(({ faults, nodes }) => faults.length === 0 && nodes.length > 0)
  );
}

function roomFor({ model, prompt, maxTokens = 1000, maxCharacters }: LlmFuserOptions): number {
  if (maxCharacters !== undefined) return maxCharacters;
  if (model.contextTokens === undefined) return DEFAULT_CHARACTERS;
  // The correction comes after all of it: the answer a second time, and its faults.
  const room = (model.contextTokens - 3 * maxTokens) * CHARACTERS_PER_TOKEN - prompt.length;
  return Math.min(DEFAULT_CHARACTERS, Math.max(LEAST_CHARACTERS, Math.floor(room)));
}

/** Small models think aloud. */
function withoutThoughts(draft: string): string {
  const text = draft.replaceAll("\r\n", "\n").trimStart();
  if (!text.startsWith("<think>")) return text;
  const end = text.indexOf("</think>");
  return end === -1 ? "" : text.slice(end + "</think>".length).trimStart();
}

function whatWentWrong(thrown: unknown): string {
  const { code, message } = asTuttiError(thrown);
  return `${message} (${code})`;
}

/** The fallback, the records and the evidence all read the same large values. */
function remember(load: FuseInput["load"]): FuseInput["load"] {
  const loading = new Map<string, ReturnType<FuseInput["load"]>>();
  return (value) => {
    const key = `${value.ref} ${formatType(value.of)}`;
    const known = loading.get(key) ?? load(value);
    loading.set(key, known);
    return known;
  };
}
